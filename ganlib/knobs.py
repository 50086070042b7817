"""Knobs: the settings of a recipe, fields of a config with bounds, unit and help.

The form on a page, the command line and saved runs all use `parse`, so that they accept the
same values and show the same error messages.
"""

import copy
import math
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeVar, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo

from ganlib.errors import ConfigError, quote

# Separator of lists on the command line.
_SEPARATOR = ","
# Up to this many choices are listed in messages; more are counted.
_LISTED = 24


def knob(
    default: Any,
    help: str,
    *,
    group: str,
    unit: str = "",
    paper: str = "",
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    choices: Callable[[], tuple[str, ...]] | None = None,
    compile_time: bool = True,
) -> Any:
    """Declares a field of a config.

    Args:
        default: its value in the source of the recipe.
        help: one or two sentences on its effect.
        group: heading in the form; one of `GROUPS`.
        unit: unit of the number, such as "steps".
        paper: source of the technique, such as "arXiv 1606.03498".
        ge: smallest value.
        gt: exclusive lower bound.
        le: greatest value.
        lt: exclusive upper bound.
        choices: returns the allowed values, if they are known only at run time.
        compile_time: whether the value is built into the compiled step. Other knobs can be changed
            without compiling the step again.
    """
    if group not in GROUPS:
        raise ValueError(f"group must be one of {', '.join(GROUPS)}. Received: {group!r}.")
    extra: dict[str, Any] = {
        "group": group,
        "unit": unit,
        "paper": paper,
        "choices": choices,
        "compile_time": compile_time,
    }
    return Field(default, description=help, ge=ge, gt=gt, le=le, lt=lt, json_schema_extra=extra)


# Headings of the form in order, with their captions. Techniques are grouped by the challenge that
# they address.
GROUPS: dict[str, str] = {
    "Run": "Number of steps, batch size and seed.",
    "Data": "The data that the generator imitates.",
    "Networks": "Size and shape of the two networks.",
    "Vanishing gradients": "If the discriminator is too confident, the generator's "
    "gradient vanishes, and it learns nothing.",
    "Mode collapse": "The generator makes the same few samples again and again, because they "
    "fool the discriminator.",
    "Instability": "The losses oscillate or diverge, and what was learned is lost again.",
    "Sensitive hyperparameters": "Small changes in the learning rates decide between success "
    "and failure.",
}
CHALLENGES = tuple(GROUPS)[3:]


class Config(BaseModel):
    """Settings of a recipe: a set of knobs with values, immutable."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True
    )

    # Values by name of the preset, for recipes with the knob `preset`.
    presets: ClassVar[dict[str, dict[str, Any]]] = {}

    @model_validator(mode="before")
    @classmethod
    def _prepare(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        prepared = {**cls._of_preset(values), **values}
        for name, value in prepared.items():
            if name in cls.model_fields and is_list(cls.model_fields[name]):
                prepared[name] = _as_list(value)
        return prepared

    @classmethod
    def _of_preset(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        if not cls.presets:
            return {}
        preset = values.get("preset", cls.model_fields["preset"].default)
        return cls.presets.get(preset, {}) if isinstance(preset, str) else {}

    @model_validator(mode="after")
    def _check_choices(self) -> "Config":
        # Choices of a Literal are checked by pydantic.
        for name, field in type(self).model_fields.items():
            if meta(field)["choices"] is None:
                continue
            value = getattr(self, name)
            given = value if is_list(field) else (value,)
            known = choices(field)
            unknown = [one for one in given if one not in known]
            if unknown or not given:
                raise ValueError(_refusal(type(self), name, unknown[0] if unknown else given))
        return self


AnyConfig = TypeVar("AnyConfig", bound=Config)


def inherit(parent: type[Config], name: str, default: Any) -> Any:
    """Returns a knob of a parent class with another default and the same bounds and help.

    Args:
        parent: config class with the knob.
        name: of the knob.
        default: new default.
    """
    field = copy.copy(parent.model_fields[name])
    field.default = default
    return field


def parse(config: type[AnyConfig], values: Mapping[str, Any]) -> AnyConfig:
    """Builds a config from raw values, which may be text.

    Args:
        config: the recipe's config class.
        values: values by name of the knob; missing knobs take their defaults.

    Raises:
        ConfigError: a value is not allowed; the message has a sentence for each of them.
    """
    found = _validated(config, values)
    if isinstance(found, config):
        return found
    raise ConfigError(" ".join(dict.fromkeys(sentence for _, sentence in found)))


def parse_value(config: type[Config], name: str, value: Any) -> Any:
    """Returns the value of one knob, which may be text, without a look at the others.

    Args:
        config: class with the knob.
        name: of the knob.
        value: raw value.

    Raises:
        ConfigError: the knob does not exist, or the value is not allowed.
    """
    field = config.model_fields.get(name)
    if field is None or not _is_taken(config, name, value):
        raise ConfigError(_refusal(config, name, value))
    bounded: Any = Annotated[(field.annotation, field)]
    finite = ConfigDict(allow_inf_nan=False)
    try:
        found = TypeAdapter(bounded, config=finite).validate_python(value)
    except ValidationError:
        raise ConfigError(_refusal(config, name, value)) from None
    if (known := choices(field)) and not is_list(field) and found not in known:
        raise ConfigError(_refusal(config, name, value))
    return found


def problems(config: type[Config], values: Mapping[str, Any]) -> dict[str, str]:
    """Returns what is wrong with raw values: a sentence by the name of the knob to change.

    A combination of values that is not allowed counts for the knob that its sentence names first;
    the name is empty if the sentence names none.

    Args:
        config: the recipe's config class.
        values: values by name of the knob; missing knobs take their defaults.
    """
    found = _validated(config, values)
    if isinstance(found, config):
        return {}
    return {name or _first_named(config, sentence): sentence for name, sentence in found}


def _validated(
    config: type[AnyConfig], values: Mapping[str, Any]
) -> AnyConfig | list[tuple[str, str]]:
    """The config, or (name of the knob, sentence) of each refusal; the name may be empty."""
    taken = {name: _is_taken(config, name, value) for name, value in values.items()}
    if not all(taken.values()):
        return [
            (name, _refusal(config, name, values[name])) for name, fits in taken.items() if not fits
        ]
    try:
        return config.model_validate(dict(values))
    except ValidationError as error:
        return [_problem(config, dict(item)) for item in error.errors()]


def _first_named(config: type[Config], sentence: str) -> str:
    said = re.findall(r"\w+", sentence)
    return next((word for word in said if word in config.model_fields), "")


def allowed(config: type[Config], name: str) -> str:
    """Describes the allowed values of a knob: "a whole number from 1 to 8,192".

    Args:
        config: class with the knob.
        name: of the knob.
    """
    field = config.model_fields[name]
    known = choices(field)
    if is_list(field):
        return f"one or more of {_listed(known)}, separated by commas"
    if known:
        return f"one of {_listed(known)}"
    if field.annotation is bool:
        return "true or false"
    kind = _KINDS.get(field.annotation, "text")
    limits = bounds(field)
    if "ge" in limits and "le" in limits:
        return f"{kind} from {_number(limits['ge'])} to {_number(limits['le'])}"
    words = [f"{word} {_number(limits[key])}" for key, word in _LIMITS.items() if key in limits]
    return ", ".join([kind, *words])


def bounds(field: FieldInfo) -> dict[str, float]:
    """Returns the bounds of a knob by kind: ge, gt, le, lt."""
    found: dict[str, float] = {}
    for item in field.metadata:
        for kind in ("ge", "gt", "le", "lt"):
            if getattr(item, kind, None) is not None:
                found[kind] = getattr(item, kind)
    return found


def choices(field: FieldInfo) -> tuple[str, ...]:
    """Returns the allowed values of a choice or a list of choices; empty for other knobs."""
    if get_origin(field.annotation) is Literal:
        return get_args(field.annotation)
    ask: Callable[[], tuple[str, ...]] | None = meta(field)["choices"]
    return ask() if ask else ()


def is_list(field: FieldInfo) -> bool:
    """Returns whether the value of a knob is a list."""
    return get_origin(field.annotation) is tuple


def is_number(field: FieldInfo) -> bool:
    """Returns whether the value of a knob is a number."""
    return field.annotation in _KINDS


def meta(field: FieldInfo) -> dict[str, Any]:
    """Returns the knob's group, unit, paper, choices and whether it is built into the step."""
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


def compile_time_knobs(config: Config) -> dict[str, Any]:
    """Returns the values of the knobs that are built into the compiled step, by name."""
    fields = type(config).model_fields
    return {name: getattr(config, name) for name in fields if meta(fields[name])["compile_time"]}


_LIMITS = {"ge": "at least", "gt": "greater than", "lt": "below", "le": "at most"}
_KINDS: dict[Any, str] = {int: "a whole number", float: "a number"}


def _as_list(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(_SEPARATOR) if part.strip()]


def _listed(known: tuple[str, ...]) -> str:
    if len(known) <= _LISTED:
        return ", ".join(known)
    return f"{len(known)} choices, such as {known[0]} or {known[-1]}"


def _is_taken(config: type[Config], name: str, value: Any) -> bool:
    """False for values that pydantic would convert to something else, or cannot report."""
    if not all(_is_text(one) for one in (name, value) if isinstance(one, str)):
        return False
    field = config.model_fields.get(name)
    return not (field and field.annotation in _KINDS and isinstance(value, bool))


def _is_text(value: str) -> bool:
    """False for text from a command line with bytes that are not valid UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refusal(config: type[Config], name: str, value: Any) -> str:
    if name not in config.model_fields:
        return f"Unknown knob {quote(name)}. Allowed: {', '.join(config.model_fields)}."
    received = quote(value) if value != () else "none"
    return f"{name} must be {allowed(config, name)}. Received: {received}."


def _problem(config: type[Config], error: dict[str, Any]) -> tuple[str, str]:
    if not error["loc"]:
        return "", str(error["ctx"]["error"]) if "ctx" in error else str(error["msg"])
    name = str(error["loc"][0])
    return name, _refusal(config, name, error["input"])


def _number(value: float) -> str:
    if isinstance(value, int) or (math.isfinite(value) and value == int(value)):
        return f"{int(value):,}"
    return f"{value:g}"
