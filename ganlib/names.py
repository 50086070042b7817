"""Names of settings, their values and runs as people read them."""

import re
from collections.abc import Iterable

from ganlib.config import RunConfig

# Names that are more than the code's name with spaces.
_NAMES = {
    # Data.
    "mnist": "digits",
    "fashion_mnist": "clothes",
    "mixture": "two peaks",
    "gaussian": "one peak",
    "log-normal": "log-normal",
    "student-t": "Student's t",
    "heavy-tail": "heavy tail",
    "die": "rolls of a die",
    "peaks": "peaks of your choice",
    "ring8": "ring of 8 peaks",
    "grid25": "grid of 25 peaks",
    "two_gaussians": "two peaks",
    "moons": "two moons",
    "drawn": "drawn by you",
    "own": "your table",
    # Techniques.
    "non_saturating": "non-saturating",
    "wasserstein": "Wasserstein",
    "wgan_gp": "WGAN-GP",
    "r1": "R1",
    "r2": "R2",
    "r1_r2": "R1 and R2",
    "adam": "Adam",
    "rmsprop": "RMSprop",
    "sgd": "SGD",
    "same": "same as the discriminator",
    "cpu": "CPU",
    "gpu": "GPU",
    # Settings.
    "target": "distribution",
    "dataset": "images",
    "max_drawings": "drawings of each category",
    "sd": "standard deviation",
    "octaves": "Fourier frequencies",
    "normalisation_momentum": "momentum of batch normalisation",
    "milestones": "checkpoints to keep",
    "sample_every": "save samples every",
    "checkpoint_every": "save a checkpoint every",
    "minibatch_kernels": "minibatch discrimination, features",
    "minibatch_dimensions": "minibatch discrimination, dimensions",
    "packing": "samples packed together",
    "average_decay": "decay of the running average",
    "spectral_norm": "norm of convolutions",
    "discriminator_steps": "discriminator updates per step",
}


def words(name: object) -> str:
    """Returns a setting or value as words: "ring8" becomes "ring of 8 peaks".

    Args:
        name: of a setting or of one of its values.
    """
    text = str(name)
    return _NAMES.get(text) or text.replace("_", " ")


def data_words(config: RunConfig) -> str:
    """Returns the data that a run learns in a few words, such as "digits" or "apple, ant".

    Args:
        config: of the run.
    """
    if getattr(config, "own_file", ""):
        return "your drawings"
    if categories := getattr(config, "categories", ()):
        more = f" and {len(categories) - 2} more" if len(categories) > 2 else ""
        return ", ".join(categories[:2]) + more
    value = getattr(config, "target", "") or getattr(config, "dataset", "")
    return words(value) if value else ""


def run_name(
    title: str, config: RunConfig, taken: Iterable[str], *, with_seed: bool = False
) -> str:
    """Returns a name for a new run, such as "DCGAN, digits #2".

    Args:
        title: of the recipe.
        config: of the run.
        taken: names of other runs, which the new name differs from.
        with_seed: whether the name states the seed, as in "DCGAN, digits, seed 5 #1".
    """
    seed = f", seed {config.seed}" if with_seed else ""
    return numbered(_kind_of_run(title, config) + seed, taken)


def group_name(title: str, config: RunConfig, count: int, taken: Iterable[str]) -> str:
    """Returns a name for a new group of runs, such as "DCGAN, digits, 5 seeds #1".

    Args:
        title: of the recipe.
        config: of one of the runs.
        count: number of seeds.
        taken: names of other groups, which the new name differs from.
    """
    seeds = f"{count} seed{'s' * (count != 1)}"
    return numbered(f"{_kind_of_run(title, config)}, {seeds}", taken)


def _kind_of_run(title: str, config: RunConfig) -> str:
    """What a run is named after, such as "DCGAN, digits"."""
    preset = getattr(config, "preset", "")
    usual = type(config).model_fields["preset"].default if preset else ""
    parts = (title, data_words(config), preset if preset != usual else "")
    return ", ".join(part for part in parts if part)


def numbered(name: str, taken: Iterable[str]) -> str:
    """Returns a name with the next free number, such as "DCGAN, digits #2".

    Args:
        name: without a number.
        taken: names of runs.
    """
    pattern = re.compile(re.escape(name) + r" #(\d{1,9})")
    numbers = [int(found[1]) for one in taken if (found := pattern.fullmatch(one))]
    return f"{name} #{max(numbers, default=0) + 1}"
