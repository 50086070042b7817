"""The knobs that every recipe has: the run's, and the techniques, each with its challenge.

A recipe changes defaults with `inherit` and adds knobs of its own. What a combination of
techniques cannot mean is refused here, with the reason.
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

# What can be changed while a run trains: everything else decides shapes, data or curves.
CHANGEABLE = (
    "generator_learning_rate",
    "discriminator_learning_rate",
    "discriminator_steps",
    "loss",
)

# Losses whose real samples have a label that can be smoothed.
LABELLED = ("non_saturating", "least_squares")
# Losses that make the discriminator a critic: its scores estimate how far real and generated
# samples are apart. They do not sort samples into real and generated, so there is no accuracy.
CRITICS = ("wasserstein",)
# Losses in which 0 separates real from generated samples: the optimal discriminator's logit is
# positive where real samples are more likely than generated ones, negative where less likely.
# (Label smoothing moves the border towards where real samples are more likely.) In the other
# losses only differences between logits mean anything: adding a constant to all logits changes
# no gradient. `ganlib.objectives` says what the logits of each loss mean.
LOSSES_WITH_BORDER = ("non_saturating", "least_squares", "hinge")


class RunConfig(Config):
    """Knobs that every recipe has. All counts of steps are generator updates."""

    # Whether the discriminator normalises over the batch, so that no answer is about one
    # sample alone.
    batch_normalised: ClassVar[bool] = False
    # Whether the networks' layers change along the run.
    grows: ClassVar[bool] = False

    steps: int = knob(
        5_000,
        "Generator updates until the run is finished. A schedule that falls to zero gets there "
        "at the last of them.",
        group="Run",
        ge=1,
        le=10_000_000,
        compile_time=False,
    )
    seed: int = knob(
        0,
        "Decides every random draw. The same seed and settings give the same networks, "
        "bit for bit.",
        group="Run",
        ge=0,
        le=2**31 - 1,
        compile_time=False,
    )
    batch_size: int = knob(
        128, "Real samples, and as many generated ones, per update.", group="Run", ge=2, le=8_192
    )
    sample_every: int = knob(
        100,
        "A grid or histogram is kept every so many steps.",
        group="Run",
        unit="steps",
        ge=1,
        le=1_000_000,
        compile_time=False,
    )
    checkpoint_every: int = knob(
        0,
        "A checkpoint is written every so many steps; 0 means every 20 seconds instead.",
        group="Run",
        unit="steps",
        ge=0,
        le=10_000_000,
        compile_time=False,
    )
    milestones: int = knob(
        4,
        "Checkpoints that are kept for good, evenly along the run, to fork from later; beside "
        "them the last two are kept.",
        group="Run",
        ge=0,
        le=100,
        compile_time=False,
    )
    precision: Literal["auto", "float32", "mixed_bfloat16"] = knob(
        "auto",
        "Arithmetic of the layers. auto takes mixed_bfloat16 for convolutional networks where "
        "the processor or GPU has it in hardware, which is faster; weights, losses, "
        "normalisation and samples are in float32 all the same.",
        group="Run",
    )
    devices: Literal["auto", "cpu", "gpu"] = knob(
        "auto",
        "Where to train: auto takes the GPU where there is one, and all of several.",
        group="Run",
    )

    loss: Loss = knob(
        "non_saturating",
        "What the two networks play for. non_saturating is the classic cross-entropy; "
        "least_squares pulls the discriminator's answers to fixed values and does not flatten "
        "out; hinge stops caring about what is clearly right; wasserstein has a critic estimate "
        "how far real and generated lie apart; relativistic compares each real sample with a "
        "generated one, against mode collapse.",
        group="Vanishing gradients",
        paper="arXiv 1406.2661, 1611.04076, 1705.02894, 1701.07875, 2501.05441",
    )
    label_smoothing: float = knob(
        0.0,
        "One-sided: the discriminator is to call real samples real with this much doubt, so "
        "that it never becomes too sure. 0 turns it off; 0.1 is usual, and labels real samples 0.9 "
        "in place of 1. Generated samples are labelled 0 in the loss non_saturating, as in the "
        "papers, but -1 in least_squares, so 0.1 there is 0.05 on the papers' scale.",
        group="Vanishing gradients",
        paper="arXiv 1606.03498",
        ge=0,
        le=0.5,
    )
    instance_noise: float = knob(
        0.0,
        "Standard deviation of noise on everything the discriminator sees, in the networks' "
        "units; it falls to 0 along the run. Real and generated then overlap from the start.",
        group="Vanishing gradients",
        paper="arXiv 1610.04490",
        ge=0,
        le=2,
    )
    gradient_penalty: GradientPenalty = knob(
        "none",
        "Pulls the discriminator's slope to 1 between real and generated samples (wgan_gp), or "
        "to 0 on real (r1), on generated (r2) or on both (r1_r2). It acts at these samples, and "
        "sets no limit anywhere else.",
        group="Vanishing gradients",
        paper="arXiv 1704.00028, 1801.04406",
    )
    gradient_penalty_weight: float = knob(
        10.0,
        "How much the penalty counts: lambda of wgan_gp, gamma of r1 and r2.",
        group="Vanishing gradients",
        ge=0,
        le=1_000,
    )

    minibatch_kernels: int = knob(
        0,
        "Minibatch discrimination: so many measures of how alike the samples of a batch are, "
        "shown to the discriminator, which then notices when all look the same. 0 turns it off.",
        group="Mode collapse",
        paper="arXiv 1606.03498",
        ge=0,
        le=256,
    )
    minibatch_dimensions: int = knob(
        8,
        "Numbers in which each of these measures compares two samples.",
        group="Mode collapse",
        ge=1,
        le=64,
    )
    packing: int = knob(
        1,
        "The discriminator judges so many samples at once, all real or all generated, and sees "
        "when they lack variety. 1 turns it off.",
        group="Mode collapse",
        unit="samples",
        paper="arXiv 1712.04086",
        ge=1,
        le=16,
    )
    unrolled_steps: int = knob(
        0,
        "The generator looks so many discriminator updates ahead, so that it cannot win by "
        "jumping to where the discriminator is not looking yet. 0 turns it off.",
        group="Mode collapse",
        unit="steps",
        paper="arXiv 1611.02163",
        ge=0,
        le=10,
    )

    spectral_normalisation: bool = knob(
        False,
        "Divides the weights of each dense and convolutional layer of the discriminator by their "
        "largest singular value, which limits how steep these layers can make it. Batch "
        "normalisation and minibatch discrimination are not limited by it.",
        group="Instability",
        paper="arXiv 1802.05957",
    )
    spectral_norm: SpectralNorm = knob(
        "matrix",
        "What spectral_normalisation divides a convolution by. matrix: the largest singular value "
        "of its kernel, written as a matrix; the convolution may still stretch an image, a "
        "4 x 4 kernel with stride 2 by a factor of up to 2. convolution: the largest factor by "
        "which the convolution stretches any image, so that it stretches none any more; this "
        "takes a little longer. Dense layers are the same with both.",
        group="Instability",
        paper="arXiv 1804.04368",
    )
    weight_clip: float = knob(
        0.0,
        "After every update the critic's weights are cut to plus or minus this. 0 turns it off.",
        group="Instability",
        paper="arXiv 1701.07875",
        ge=0,
        le=10,
    )
    gradient_clip: float = knob(
        0.0,
        "Each number of a gradient is cut to plus or minus this. 0 turns it off.",
        group="Instability",
        ge=0,
        le=1_000,
    )
    average_decay: float = knob(
        0.0,
        "Samples come from a running average of the generator with this decay, which smooths "
        "its circling; 0 turns it off.",
        group="Instability",
        paper="arXiv 1806.04498",
        ge=0,
        lt=1,
    )

    optimiser: Optimiser = knob(
        "adam",
        "How the networks follow their gradients: both of them, unless generator_optimiser names "
        "another one for the generator.",
        group="Sensitive hyperparameters",
    )
    generator_optimiser: GeneratorOptimiser = knob(
        "same",
        "How the generator follows its gradients; same means by the discriminator's optimiser.",
        group="Sensitive hyperparameters",
    )
    generator_learning_rate: float = knob(
        2e-4,
        "The generator's step size at the start.",
        group="Sensitive hyperparameters",
        gt=0,
        le=1,
        compile_time=False,
    )
    discriminator_learning_rate: float = knob(
        2e-4,
        "The discriminator's step size at the start. Two time-scales: it may learn faster than "
        "the generator.",
        group="Sensitive hyperparameters",
        paper="arXiv 1706.08500",
        gt=0,
        le=1,
        compile_time=False,
    )
    discriminator_steps: int = knob(
        1,
        "Updates of the discriminator for one of the generator, each on a fresh batch.",
        group="Sensitive hyperparameters",
        paper="arXiv 1406.2661, 1701.07875",
        ge=1,
        le=20,
    )
    beta_1: float = knob(
        0.5,
        "adam's memory of past gradients, in each network that learns with it. GANs like it lower "
        "than the usual 0.9.",
        group="Sensitive hyperparameters",
        ge=0,
        lt=1,
    )
    beta_2: float = knob(
        0.999,
        "adam's memory of how large the gradients were, in each network that learns with it.",
        group="Sensitive hyperparameters",
        ge=0,
        lt=1,
    )
    momentum: float = knob(
        0.0,
        "Nesterov momentum of sgd, in each network that learns with it.",
        group="Sensitive hyperparameters",
        ge=0,
        lt=1,
    )
    schedule: Schedule = knob(
        "constant",
        "How the learning rates go. linear and cosine let both fall to zero at the last step; "
        "plateau halves both when the generator's loss has not come lower for a while; accuracy "
        "slows the discriminator down while it is right too often.",
        group="Sensitive hyperparameters",
    )
    patience: int = knob(
        500,
        "plateau: how long it waits for a lower loss.",
        group="Sensitive hyperparameters",
        unit="steps",
        ge=1,
        le=1_000_000,
    )
    target_accuracy: float = knob(
        0.8,
        "accuracy: the share of right answers above which the discriminator is slowed down.",
        group="Sensitive hyperparameters",
        gt=0.5,
        lt=1,
    )

    @property
    def is_critic(self) -> bool:
        """True with a loss of `CRITICS`."""
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

        A value given for `optimiser` alone means both networks, also where the preset has one
        for each; so do settings that were stored before there were two knobs.
        """
        found = super()._of_preset(values)
        if "optimiser" in values and "generator_optimiser" not in values:
            found = {**found, "generator_optimiser": "same"}
        return found

    @model_validator(mode="after")
    def _refuse_what_means_nothing(self) -> "RunConfig":
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
                "is divided by its own size, so smaller weights do not make it less steep. Set "
                "one of them to 0 or false.",
            ),
            (
                self.weight_clip > 0 and penalised,
                "weight_clip and gradient_penalty exclude each other: both limit the slope, and "
                "the penalty was made to replace the clipping. Set weight_clip to 0 or "
                "gradient_penalty to none.",
            ),
            (
                self.minibatch_kernels > 0 and penalised,
                "minibatch_kernels and gradient_penalty exclude each other: the penalty is about "
                "the slope at one sample, and minibatch discrimination makes each answer depend "
                "on the whole batch.",
            ),
            (
                self.batch_normalised and penalised,
                "gradient_penalty must be none here: this discriminator's batch normalisation "
                "makes each answer depend on the whole batch, and the penalty is about the slope "
                "at one sample.",
            ),
            (
                self.label_smoothing > 0 and self.loss not in LABELLED,
                f"label_smoothing must be 0 with the loss {self.loss}, which has no labels. "
                f"Losses that have: {', '.join(LABELLED)}.",
            ),
            (
                self.unrolled_steps > 0 and penalised,
                "unrolled_steps must be 0 with a gradient_penalty: looking through the penalised "
                "updates would take third derivatives.",
            ),
            (
                self.unrolled_steps > 0 and self.spectral_normalisation and self.grows,
                "unrolled_steps must be 0 here with spectral_normalisation: the singular values "
                "of layers that grow cannot be looked through.",
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
                "schedule must not be accuracy with the loss wasserstein: a critic's scores have "
                "no right and wrong.",
            ),
        ]


def metric_names(config: RunConfig) -> tuple[str, ...]:
    """What is measured at every step, in order: the losses first, the rest by what they need."""
    names = ["discriminator_loss", "generator_loss"]
    names += ["critic_distance"] if config.is_critic else ["accuracy_real", "accuracy_generated"]
    names += ["clipped_share"] if config.weight_clip else []
    names += ["discriminator_gradient_norm", "generator_gradient_norm"]
    if config.schedule != "constant":
        names += ["discriminator_learning_rate", "generator_learning_rate"]
    return tuple(names)
