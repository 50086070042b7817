"""What the toys share: two small dense networks, and the target "own".

With that target they learn columns of a table that the user brings along.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import model_validator

from ganlib.config import GradientPenalty, RunConfig, Schedule
from ganlib.data.base import Data, Scaling
from ganlib.data.digest import check_unchanged
from ganlib.data.own_table import OwnColumns, Summary, join_names, own_columns, parse_summary
from ganlib.errors import DataError
from ganlib.knobs import inherit, knob
from ganlib.recipes.base import Recipe

if TYPE_CHECKING:
    import keras

OWN = "own"
_TEXTS = ("table", "columns", "summary")


class ToyConfig(RunConfig):
    """Knobs of a GAN of two small dense networks.

    Attributes:
        dimensions: numbers in one sample, and columns of the user's own table.
    """

    dimensions: ClassVar[int]

    batch_size: int = inherit(RunConfig, "batch_size", 256)
    generator_units: int = knob(
        64, "Units in each hidden layer of the generator.", group="Networks", ge=1, le=2_048
    )
    generator_layers: int = knob(3, "Hidden layers of the generator.", group="Networks", ge=1, le=8)
    discriminator_units: int = knob(
        64, "Units in each hidden layer of the discriminator.", group="Networks", ge=1, le=2_048
    )
    discriminator_layers: int = knob(
        3, "Hidden layers of the discriminator.", group="Networks", ge=1, le=8
    )
    octaves: int = knob(
        4,
        "Number of frequencies at which the discriminator also sees the sine and cosine of each "
        "sample (Fourier features): one radian per standard deviation of the data, then twice as "
        "many for each further frequency. They help it to see narrow peaks and sharp edges. 0 "
        "turns them off.",
        group="Networks",
        paper="arXiv 2006.10739",
        ge=0,
        le=12,
    )
    gradient_penalty: GradientPenalty = inherit(RunConfig, "gradient_penalty", "r1_r2")
    gradient_penalty_weight: float = inherit(RunConfig, "gradient_penalty_weight", 0.03)
    average_decay: float = inherit(RunConfig, "average_decay", 0.999)
    generator_learning_rate: float = inherit(RunConfig, "generator_learning_rate", 1e-3)
    beta_1: float = inherit(RunConfig, "beta_1", 0.0)
    beta_2: float = inherit(RunConfig, "beta_2", 0.9)
    schedule: Schedule = inherit(RunConfig, "schedule", "cosine")

    # Each toy says which ones it has.
    target: str = knob(OWN, "The distribution to learn.", group="Data")
    own_table: str = knob(
        "",
        "For the target own: your table, a CSV, TSV, Parquet or .npy file (on the command line, "
        "its path). Empty for none.",
        group="Data",
    )
    own_columns: str = knob(
        "",
        "For the target own: names of the columns to learn, separated by commas. Empty for the "
        "first numeric columns.",
        group="Data",
    )
    own_summary: str = knob(
        "",
        "For the target own: digest of the table's content, and mean:sd of each column, by which "
        "a run recognises its data. Set automatically.",
        group="Data",
    )

    @model_validator(mode="before")
    @classmethod
    def _look_into_the_table(cls, values: Any) -> Any:
        """Makes the path absolute and records a digest of the file.

        Settings with a digest are not checked again, so that a run can be viewed, and its
        generator used, after its file is gone.
        """
        if not isinstance(values, Mapping) or values.get("target") != OWN:
            return values
        table, columns, summary = (values.get(f"own_{name}", "") for name in _TEXTS)
        if not all(isinstance(text, str) for text in (table, columns, summary)):
            return values
        if table and summary:
            parse_summary(summary, cls.dimensions)
            return values
        try:
            found = own_columns(table, columns, cls.dimensions)
        except DataError as error:
            raise ValueError(str(error)) from None
        return {
            **values,
            "own_table": str(found.path),
            "own_columns": join_names(found.names),
            "own_summary": found.summary.text(),
        }

    @property
    def summary(self) -> Summary:
        """Of the columns; for the target own only."""
        return parse_summary(self.own_summary, self.dimensions)

    def columns(self) -> OwnColumns:
        """The columns as the file has them now; for the target own only.

        Raises:
            DataError: the file has gone, or has changed.
        """
        found = own_columns(self.own_table, self.own_columns, self.dimensions)
        check_unchanged(found.path, self.summary.digest, found.summary.digest)
        return found


AnyToyConfig = TypeVar("AnyToyConfig", bound=ToyConfig)


class ToyRecipe(Recipe[AnyToyConfig]):
    """Learns a known distribution of a few numbers, or columns of the user's own."""

    page = "toy"

    @abstractmethod
    def known(self, config: AnyToyConfig) -> tuple[Data, Scaling]:
        """The target, and what brings it to mean 0 and sd 1; for all targets but own."""

    def load(self, config: AnyToyConfig) -> Data:
        return config.columns().data() if config.target == OWN else self.known(config)[0]

    def data_sentence(self, config: AnyToyConfig) -> str:
        own = config.target == OWN
        report = config.columns().report() if own else self.load(config).report
        return report.sentence()

    def scaling(self, config: AnyToyConfig) -> Scaling:
        return config.summary.scaling() if config.target == OWN else self.known(config)[1]

    def generator(self, config: AnyToyConfig) -> "keras.Model":
        from ganlib.models.dense import mlp

        hidden = [config.generator_units] * config.generator_layers
        # With relu it learns steep slopes, as between two peaks, in a third of the steps that
        # leaky relu takes.
        return mlp(hidden, config.dimensions, activation="relu")

    def discriminator(self, config: AnyToyConfig) -> "keras.Model":
        from ganlib.models.dense import mlp

        hidden = [config.discriminator_units] * config.discriminator_layers
        return mlp(hidden, 1, activation="leaky_relu", octaves=config.octaves)
