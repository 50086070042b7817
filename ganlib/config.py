"""Settings shared by all recipes: those of the run, and techniques by the challenge they address.

A recipe changes defaults with `inherit` and adds knobs of its own. Combinations of techniques that
make no sense are refused here with a reason.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import model_validator

from ganlib.knobs import Config, knob

Loss = Literal["non_saturating", "least_squares", "hinge", "wasserstein", "relativistic"]
GradientPenalty = Literal["none", "wgan_gp", "r1", "r2", "r1_r2"]
SpectralNorm = Literal["matrix", "convolution"]
Optimiser = Literal["adam", "rmsprop", "sgd"]
GeneratorOptimiser = Literal["same", "adam", "rmsprop", "sgd"]
Schedule = Literal["constant", "linear", "cosine", "plateau", "accuracy"]

# Knobs that can be changed during training. All others are fixed when the run starts.
CHANGEABLE = (
    "generator_learning_rate",
    "discriminator_learning_rate",
    "discriminator_steps",
    "loss",
)

# Losses with a label for real samples, which can be smoothed.
LABELLED = ("non_saturating", "least_squares")
# Losses that make the discriminator a critic: its scores estimate the distance between real and
# generated samples. They do not classify samples, so there is no accuracy.
CRITICS = ("wasserstein",)
# Losses in which 0 separates real from generated samples: the optimal discriminator's logit is
# positive where real samples are more likely than generated ones, negative where less likely.
# (Label smoothing moves the border towards where real samples are more likely.) In the other
# losses only differences between logits have a meaning: adding a constant to all logits changes
# no gradient. `ganlib.objectives` explains the logits of each loss.
LOSSES_WITH_BORDER = ("non_saturating", "least_squares", "hinge")


class RunConfig(Config):
    """Knobs of all recipes. Steps are generator updates."""

    # Whether the discriminator uses batch normalisation, so that its output for a sample depends on
    # the batch.
    batch_normalised: ClassVar[bool] = False
    # Whether layers are added to the networks during training.
    grows: ClassVar[bool] = False

    steps: int = knob(
        5_000,
        "Number of generator updates. Learning rates that fall towards zero are lowest at the last "
        "one.",
        group="Run",
        ge=1,
        le=10_000_000,
        compile_time=False,
    )
    seed: int = knob(
        0,
        "Seed of all random numbers. On the same machine and software, the same seed and settings "
        "give the same networks, bit for bit.",
        group="Run",
        ge=0,
        le=2**31 - 1,
        compile_time=False,
    )
    batch_size: int = knob(
        128,
        "Number of real samples, and of generated samples, per update.",
        group="Run",
        ge=2,
        le=8_192,
    )
    sample_every: int = knob(
        100,
        "Number of steps between saved samples.",
        group="Run",
        unit="steps",
        ge=1,
        le=1_000_000,
        compile_time=False,
    )
    checkpoint_every: int = knob(
        0,
        "Number of steps between checkpoints; 0 saves one every 20 seconds instead.",
        group="Run",
        unit="steps",
        ge=0,
        le=10_000_000,
        compile_time=False,
    )
    milestones: int = knob(
        4,
        "Number of checkpoints that are kept permanently, evenly spaced over the run, to fork from "
        "later. The last two checkpoints are always kept.",
        group="Run",
        ge=0,
        le=100,
        compile_time=False,
    )
    precision: Literal["auto", "float32", "mixed_bfloat16"] = knob(
        "auto",
        "Arithmetic of the layers. auto uses the faster mixed_bfloat16 for convolutional networks "
        "if the processor or GPU supports it in hardware. Weights, losses, "
        "normalisation and samples are always float32.",
        group="Run",
    )
    devices: Literal["auto", "cpu", "gpu"] = knob(
        "auto",
        "Where to train. auto uses all GPUs, or the CPU if there is no GPU.",
        group="Run",
    )

    loss: Loss = knob(
        "non_saturating",
        "The objective of both networks. non_saturating is the classic cross-entropy; "
        "least_squares pulls the discriminator's outputs to fixed values, and its gradient does "
        "not vanish; hinge ignores samples that are clearly classified correctly; wasserstein "
        "trains a critic to estimate the distance between real and generated samples; "
        "relativistic compares each real sample with a generated one, against mode collapse.",
        group="Vanishing gradients",
        paper="arXiv 1406.2661, 1611.04076, 1705.02894, 1701.07875, 2501.05441",
    )
    label_smoothing: float = knob(
        0.0,
        "One-sided label smoothing: lowers the label of real samples from 1 by this much, so that "
        "the discriminator does not become overconfident. 0 turns it off; 0.1 is usual. The "
        "papers label generated samples 0, as does the loss non_saturating here; least_squares "
        "labels them -1, so its 0.1 corresponds to 0.05 in the papers.",
        group="Vanishing gradients",
        paper="arXiv 1606.03498",
        ge=0,
        le=0.5,
    )
    instance_noise: float = knob(
        0.0,
        "Standard deviation of noise that is added to all inputs of the discriminator, on the "
        "scale of these inputs; it falls to 0 over the run. Real and generated samples then "
        "overlap from the start.",
        group="Vanishing gradients",
        paper="arXiv 1610.04490",
        ge=0,
        le=2,
    )
    gradient_penalty: GradientPenalty = knob(
        "none",
        "Pulls the norm of the discriminator's gradient to 1 between real and generated samples "
        "(wgan_gp), or to 0 at real (r1), generated (r2) or both kinds of samples (r1_r2). It "
        "acts at these samples only and sets no limit elsewhere.",
        group="Vanishing gradients",
        paper="arXiv 1704.00028, 1801.04406",
    )
    gradient_penalty_weight: float = knob(
        10.0,
        "Weight of the penalty: lambda of wgan_gp, gamma of r1 and r2.",
        group="Vanishing gradients",
        ge=0,
        le=1_000,
    )

    minibatch_kernels: int = knob(
        0,
        "Minibatch discrimination: number of features that compare each sample with the others of "
        "its batch, so that the discriminator notices if all look the same. 0 turns it off.",
        group="Mode collapse",
        paper="arXiv 1606.03498",
        ge=0,
        le=256,
    )
    minibatch_dimensions: int = knob(
        8,
        "Dimensions in which each of these features compares two samples.",
        group="Mode collapse",
        ge=1,
        le=64,
    )
    packing: int = knob(
        1,
        "Number of samples that the discriminator classifies together, all real or all generated, "
        "so that it notices a lack of variety. 1 turns it off.",
        group="Mode collapse",
        unit="samples",
        paper="arXiv 1712.04086",
        ge=1,
        le=16,
    )
    unrolled_steps: int = knob(
        0,
        "Number of discriminator updates that are simulated before the generator's loss is "
        "computed, so that the generator cannot win by jumping to samples that the discriminator "
        "does not recognise yet. 0 turns it off.",
        group="Mode collapse",
        unit="steps",
        paper="arXiv 1611.02163",
        ge=0,
        le=10,
    )

    spectral_normalisation: bool = knob(
        False,
        "Divides the weights of each dense and convolutional layer of the discriminator by their "
        "largest singular value, which limits the slope of these layers. It does not limit batch "
        "normalisation or minibatch discrimination.",
        group="Instability",
        paper="arXiv 1802.05957",
    )
    spectral_norm: SpectralNorm = knob(
        "matrix",
        "What spectral_normalisation divides convolutions by. matrix: the largest singular value "
        "of the kernel, written as a matrix; with a 4 x 4 kernel and stride 2, the convolution can "
        "then still stretch an image up to twofold. convolution: the largest factor by which the "
        "convolution stretches any image, so that it stretches none; this is a little slower. "
        "Dense layers are the same with both.",
        group="Instability",
        paper="arXiv 1804.04368",
    )
    weight_clip: float = knob(
        0.0,
        "Clips the critic's weights to plus or minus this value after every update. 0 turns it "
        "off.",
        group="Instability",
        paper="arXiv 1701.07875",
        ge=0,
        le=10,
    )
    gradient_clip: float = knob(
        0.0,
        "Clips each component of the gradients to plus or minus this value. 0 turns it off.",
        group="Instability",
        ge=0,
        le=1_000,
    )
    average_decay: float = knob(
        0.0,
        "Decay of a running average of the generator's weights. Samples come from the average, "
        "which smooths oscillations of the training. 0 turns it off.",
        group="Instability",
        paper="arXiv 1806.04498",
        ge=0,
        lt=1,
    )

    optimiser: Optimiser = knob(
        "adam",
        "Optimiser of both networks, unless generator_optimiser names another one for the "
        "generator.",
        group="Sensitive hyperparameters",
    )
    generator_optimiser: GeneratorOptimiser = knob(
        "same",
        "Optimiser of the generator; same means that of the discriminator.",
        group="Sensitive hyperparameters",
    )
    generator_learning_rate: float = knob(
        2e-4,
        "Initial learning rate of the generator.",
        group="Sensitive hyperparameters",
        gt=0,
        le=1,
        compile_time=False,
    )
    discriminator_learning_rate: float = knob(
        2e-4,
        "Initial learning rate of the discriminator. It can be higher than the generator's (two "
        "time-scale update rule).",
        group="Sensitive hyperparameters",
        paper="arXiv 1706.08500",
        gt=0,
        le=1,
        compile_time=False,
    )
    discriminator_steps: int = knob(
        1,
        "Updates of the discriminator per update of the generator, each on a new batch.",
        group="Sensitive hyperparameters",
        paper="arXiv 1406.2661, 1701.07875",
        ge=1,
        le=20,
    )
    beta_1: float = knob(
        0.5,
        "Decay of adam's running mean of gradients, for each network that uses adam. GANs often "
        "train better with less than the usual 0.9.",
        group="Sensitive hyperparameters",
        ge=0,
        lt=1,
    )
    beta_2: float = knob(
        0.999,
        "Decay of adam's running mean of squared gradients, for each network that uses adam.",
        group="Sensitive hyperparameters",
        ge=0,
        lt=1,
    )
    momentum: float = knob(
        0.0,
        "Nesterov momentum of sgd, for each network that uses sgd.",
        group="Sensitive hyperparameters",
        ge=0,
        lt=1,
    )
    schedule: Schedule = knob(
        "constant",
        "Schedule of the learning rates. linear and cosine lower both towards zero over the run; "
        "plateau halves both when the generator's loss has not decreased for a while; accuracy "
        "slows the discriminator down while it is right too often.",
        group="Sensitive hyperparameters",
    )
    patience: int = knob(
        500,
        "For the schedule plateau: steps without a lower loss before the learning rates are "
        "halved.",
        group="Sensitive hyperparameters",
        unit="steps",
        ge=1,
        le=1_000_000,
    )
    target_accuracy: float = knob(
        0.8,
        "For the schedule accuracy: the accuracy above which the discriminator is slowed down.",
        group="Sensitive hyperparameters",
        gt=0.5,
        lt=1,
    )

    @property
    def is_critic(self) -> bool:
        """True if the loss is one of `CRITICS`."""
        return self.loss in CRITICS

    @property
    def resolved_generator_optimiser(self) -> Optimiser:
        """The generator's optimiser, with "same" resolved to the discriminator's."""
        if self.generator_optimiser == "same":
            return self.optimiser
        return self.generator_optimiser

    @classmethod
    def _of_preset(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """See `Config._of_preset`.

        A value for `optimiser` alone applies to both networks, even if the preset has a different
        optimiser for each. This is also the meaning in settings of earlier versions, which had one
        knob.
        """
        found = super()._of_preset(values)
        if "optimiser" in values and "generator_optimiser" not in values:
            found = {**found, "generator_optimiser": "same"}
        return found

    @model_validator(mode="after")
    def _check_combinations(self) -> "RunConfig":
        if reasons := [sentence for applies, sentence in self._refusals() if applies]:
            raise ValueError(" ".join(reasons))
        return self

    def _refusals(self) -> list[tuple[bool, str]]:
        penalised = self.gradient_penalty != "none"
        limited = self.weight_clip > 0 or self.spectral_normalisation or penalised
        # Clipping limits every weight, those of batch normalisation and of minibatch
        # discrimination included. Spectral normalisation leaves these two out.
        only_normalised = (
            self.loss == "wasserstein"
            and self.spectral_normalisation
            and not (self.weight_clip > 0 or penalised)
        )
        return [
            (
                self.batch_size % self.packing != 0,
                f"packing must divide batch_size: {self.batch_size:,} samples cannot be "
                f"packed by {self.packing}.",
            ),
            (
                self.weight_clip > 0 and self.spectral_normalisation,
                "weight_clip and spectral_normalisation exclude each other: a normalised layer "
                "is divided by its own size, so smaller weights do not reduce its slope. Set "
                "weight_clip to 0 or spectral_normalisation to false.",
            ),
            (
                self.weight_clip > 0 and penalised,
                "weight_clip and gradient_penalty exclude each other: both limit the slope, and "
                "the penalty was made to replace the clipping. Set weight_clip to 0 or "
                "gradient_penalty to none.",
            ),
            (
                self.minibatch_kernels > 0 and penalised,
                "minibatch_kernels and gradient_penalty exclude each other: the penalty needs "
                "the slope at a single sample, but minibatch discrimination makes each output "
                "depend on the whole batch.",
            ),
            (
                self.batch_normalised and penalised,
                "gradient_penalty must be none here: the penalty needs the slope at a single "
                "sample, but this discriminator's batch normalisation makes each output depend on "
                "the whole batch.",
            ),
            (
                self.label_smoothing > 0 and self.loss not in LABELLED,
                f"label_smoothing must be 0 with the loss {self.loss}, which has no labels. "
                f"Losses with labels: {', '.join(LABELLED)}.",
            ),
            (
                self.unrolled_steps > 0 and penalised,
                "unrolled_steps must be 0 with a gradient_penalty: differentiating through "
                "penalised updates would need third derivatives.",
            ),
            (
                self.unrolled_steps > 0 and self.spectral_normalisation and self.grows,
                "unrolled_steps must be 0 here with spectral_normalisation: the generator's "
                "gradient cannot pass through the singular values of layers that grow.",
            ),
            (
                self.loss == "wasserstein" and not limited,
                "The loss wasserstein needs something that limits the critic's slope: set "
                "weight_clip, gradient_penalty or spectral_normalisation.",
            ),
            (
                only_normalised and self.batch_normalised,
                "spectral_normalisation must be false here with the loss wasserstein: this "
                "discriminator's batch normalisation multiplies by weights that are not "
                "normalised, so nothing would limit its slope; set weight_clip instead.",
            ),
            (
                only_normalised and self.minibatch_kernels > 0,
                "minibatch_kernels must be 0 with the loss wasserstein and "
                "spectral_normalisation: the weights of minibatch discrimination are not "
                "normalised, so nothing would limit the critic's slope. "
                f"Received: {self.minibatch_kernels}.",
            ),
            (
                self.loss == "wasserstein" and self.schedule == "accuracy",
                "schedule must not be accuracy with the loss wasserstein: a critic has no "
                "accuracy.",
            ),
        ]


def metric_names(config: RunConfig) -> tuple[str, ...]:
    """Returns the metrics that are measured at every step, in order."""
    names = ["discriminator_loss", "generator_loss"]
    names += ["critic_distance"] if config.is_critic else ["accuracy_real", "accuracy_generated"]
    names += ["clipped_share"] if config.weight_clip else []
    names += ["discriminator_gradient_norm", "generator_gradient_norm"]
    if config.schedule != "constant":
        names += ["discriminator_learning_rate", "generator_learning_rate"]
    return tuple(names)
