"""The target "own" of the toys: columns of a table that the user brings along."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from pydantic import model_validator

from ganlib.data.base import Data, PreciseScaling, Scaling
from ganlib.data.digest import check_unchanged
from ganlib.data.own_table import OwnColumns, Summary, join_names, own_columns, parse_summary
from ganlib.errors import DataError
from ganlib.knobs import knob
from ganlib.recipes.toy import ToyConfig, ToyRecipe

OWN = "own"


class OwnColumnsConfig(ToyConfig):
    """Knobs of a toy that can also learn columns of the user's own.

    Attributes:
        own_count: how many columns.
    """

    own_count: ClassVar[int]

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
        """Names the file for any working folder, and what it holds now.

        Settings that have done so before are taken at their word: a run can be looked at, and
        its generator asked, when the file has gone.
        """
        if not isinstance(values, Mapping) or values.get("target") != OWN:
            return values
        table, columns, summary = (values.get(f"own_{name}", "") for name in _TEXTS)
        if not all(isinstance(text, str) for text in (table, columns, summary)):
            return values
        if table and summary:
            parse_summary(summary, cls.own_count)
            return values
        try:
            found = own_columns(table, columns, cls.own_count)
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
        return parse_summary(self.own_summary, self.own_count)

    def columns(self) -> OwnColumns:
        """The columns as the file has them now; for the target own only.

        Raises:
            DataError: the file has gone, or has changed.
        """
        found = own_columns(self.own_table, self.own_columns, self.own_count)
        check_unchanged(found.path, self.summary.digest, found.summary.digest)
        return found

    def own_data(self) -> Data:
        """To be drawn from; loads TensorFlow. Raises as `columns` does."""
        return self.columns().data()

    def own_scaling(self) -> PreciseScaling:
        """To mean 0 and standard deviation 1; asks no file."""
        return self.summary.scaling()


_TEXTS = ("table", "columns", "summary")

AnyOwnConfig = TypeVar("AnyOwnConfig", bound=OwnColumnsConfig)


class OwnColumnsRecipe(ToyRecipe[AnyOwnConfig]):
    """A toy that learns a known distribution, or columns of the user's own."""

    @abstractmethod
    def known(self, config: AnyOwnConfig) -> tuple[Data, Scaling]:
        """The target, and what brings it to mean 0 and sd 1; for all targets but own."""

    def load(self, config: AnyOwnConfig) -> Data:
        return config.own_data() if config.target == OWN else self.known(config)[0]

    def data_sentence(self, config: AnyOwnConfig) -> str:
        own = config.target == OWN
        report = config.columns().report() if own else self.load(config).report
        return report.sentence()

    def scaling(self, config: AnyOwnConfig) -> Scaling:
        return config.own_scaling() if config.target == OWN else self.known(config)[1]
