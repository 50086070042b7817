"""Configuration of a run: every knob once, with its bounds, unit and help.

A recipe's config is a subclass that adds knobs and changes defaults. The page's
form, the command line and a saved run all go through `parse`, so they accept and
refuse the same values with the same words.
"""

import copy
import math
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo

from ganlib.errors import ConfigError


def knob(
    default: Any,
    help: str,
    *,
    group: str,
    unit: str = "",
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    baked: bool = True,
) -> Any:
    """A field of a config: its default, its bounds, and how it is told to a user.

    Args:
        default: as the book has it.
        help: what it does, in a sentence or two.
        group: heading it stands under in the form.
        unit: what its number counts.
        ge: the least value.
        gt: what it must be above.
        le: the greatest value.
        lt: what it must be below.
        baked: whether it is built into the compiled step. One that is not can be changed
            without compiling anew.
    """
    extra: dict[str, Any] = {"group": group, "unit": unit, "baked": baked}
    return Field(default, description=help, ge=ge, gt=gt, le=le, lt=lt, json_schema_extra=extra)


class RunConfig(BaseModel):
    """Knobs that every recipe has. All counts of steps are generator updates."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True
    )

    # Named sets of values that the knob `preset`, where a recipe has one, stands for.
    presets: ClassVar[dict[str, dict[str, Any]]] = {}

    steps: int = knob(
        5_000,
        "Generator updates until the run is finished.",
        group="Run",
        ge=1,
        le=10_000_000,
        baked=False,
    )
    seed: int = knob(
        0,
        "Decides every random draw. The same seed and settings give the same networks, "
        "bit for bit.",
        group="Run",
        ge=0,
        le=2**31 - 1,
        baked=False,
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
        baked=False,
    )
    checkpoint_every: int = knob(
        0,
        "A checkpoint is written every so many steps; 0 means every 20 seconds instead.",
        group="Run",
        unit="steps",
        ge=0,
        le=10_000_000,
        baked=False,
    )
    loss: Literal["non_saturating", "least_squares", "hinge", "relativistic"] = knob(
        "non_saturating",
        "What the two networks play for. non_saturating is the classic cross-entropy; "
        "least_squares pulls the discriminator's answers to fixed values and does not flatten "
        "out; hinge stops caring about what is clearly right; relativistic compares each real "
        "sample with a generated one, against mode collapse.",
        group="Losses",
    )
    precision: Literal["float32", "mixed_bfloat16"] = knob(
        "float32",
        "Arithmetic of the layers. mixed_bfloat16 is faster on hardware that has it, "
        "with weights still kept in float32.",
        group="Run",
    )
    devices: Literal["auto", "cpu", "gpu"] = knob(
        "auto", "Where to train: auto takes a GPU where there is one.", group="Run"
    )

    @model_validator(mode="before")
    @classmethod
    def _apply_preset(cls, values: Any) -> Any:
        if not cls.presets or not isinstance(values, Mapping):
            return values
        preset = values.get("preset", cls.model_fields["preset"].default)
        return {**cls.presets.get(preset, {}), **values} if isinstance(preset, str) else values


def inherit(parent: type[RunConfig], name: str, default: Any) -> Any:
    """The knob `name` of `parent` with another default; bounds and help stay."""
    field = copy.copy(parent.model_fields[name])
    field.default = default
    return field


AnyConfig = TypeVar("AnyConfig", bound=RunConfig)


def parse(config: type[AnyConfig], values: Mapping[str, Any]) -> AnyConfig:
    """Builds a config from raw values, which may be text.

    Args:
        config: the recipe's config class.
        values: knob names and values; what is missing takes its default.

    Raises:
        ConfigError: one sentence for each value that is not allowed.
    """
    try:
        return config.model_validate(dict(values))
    except ValidationError as error:
        sentences = [_sentence(config, dict(item)) for item in error.errors()]
        raise ConfigError(" ".join(dict.fromkeys(sentences))) from None


def allowed(config: type[RunConfig], name: str) -> str:
    """What the knob takes, in words: "a whole number from 1 to 8,192"."""
    field = config.model_fields[name]
    choices = literal_choices(field)
    if choices:
        return "one of " + ", ".join(choices)
    if field.annotation is bool:
        return "true or false"
    kind = _KINDS.get(field.annotation, "a text")
    limits = bounds(field)
    words = [
        f"{word} {_number(limits[key])}"
        for key, word in (("ge", "from"), ("gt", "above"), ("lt", "below"), ("le", "to"))
        if key in limits
    ]
    return " ".join([kind, *words])


def bounds(field: FieldInfo) -> dict[str, float]:
    """The knob's limits by kind: ge, gt, le, lt."""
    found: dict[str, float] = {}
    for item in field.metadata:
        for kind in ("ge", "gt", "le", "lt"):
            if getattr(item, kind, None) is not None:
                found[kind] = getattr(item, kind)
    return found


_KINDS: dict[Any, str] = {int: "a whole number", float: "a number"}


def literal_choices(field: FieldInfo) -> tuple[str, ...]:
    """The values of a knob that is a choice; empty for any other."""
    return get_args(field.annotation) if get_origin(field.annotation) is Literal else ()


def meta(field: FieldInfo) -> dict[str, Any]:
    """The knob's group and unit, and whether it is baked into the compiled step."""
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


def baked(config: RunConfig) -> dict[str, Any]:
    """The knobs that are built into the compiled step, and their values."""
    fields = type(config).model_fields
    return {name: getattr(config, name) for name in fields if meta(fields[name])["baked"]}


def _sentence(config: type[RunConfig], error: dict[str, Any]) -> str:
    if not error["loc"]:
        return str(error["ctx"]["error"]) if "ctx" in error else str(error["msg"])
    name = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        return f"Unknown knob {name!r}. Allowed: {', '.join(config.model_fields)}."
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return f"{name} must be {allowed(config, name)}. Received: {_shown(error['input'])}."


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _number(value: float) -> str:
    if isinstance(value, int) or (math.isfinite(value) and value == int(value)):
        return f"{int(value):,}"
    return f"{value:g}"
