"""What pydantic refuses, as problems: a path in the object, a plain message, a remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ampacity.apis.depth import too_deep
from ampacity.core.site import Problem

M = TypeVar("M", bound=BaseModel)

_REMEDIES = {
    "missing": ("is missing", "add it"),
    "string_type": ("must be a text", "write it in quotes"),
    "bool_type": ("must be true or false", "write true or false without quotes"),
    "bool_parsing": ("must be true or false", "write true or false without quotes"),
    "list_type": ("must be a list", "begin each item with a dash"),
    "dict_type": ("must be an object", "write its fields below it, indented"),
    "model_type": ("must be an object", "write its fields below it, indented"),
    "float_type": ("must be a number", "write a number without a unit and without quotes"),
    "float_parsing": ("must be a number", "write a number without a unit and without quotes"),
    "finite_number": ("must be a finite number", "write a number without a unit and without quotes"),
    "int_type": ("must be a whole number", "write a number such as 4, without quotes"),
    "int_parsing": ("must be a whole number", "write a number such as 4, without quotes"),
    "int_from_float": ("must be a whole number", "write a number such as 4, without a fraction"),
}
_QUOTED_HEAD, _QUOTED_TAIL = 80, 120


def read(model: type[M], obj: Mapping[str, Any]) -> tuple[M | None, tuple[Problem, ...]]:
    """The object as a model, or what is wrong with it; never both, never an exception."""
    if deep := too_deep(obj.get("spec")):
        return None, deep
    try:
        return model.model_validate(obj), ()
    except ValidationError as error:
        details = error.errors(include_url=False)
        return None, tuple(_problem(detail, _written(detail["loc"], obj), model) for detail in details)


def path_of(location: Iterable[str | int]) -> str:
    """("spec", "racks", 0, "power") as people write it: spec.racks[0].power."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _written(location: Sequence[str | int], obj: Any) -> list[str | int]:
    """The location as far as the user wrote it: a shorthand text has no fields to point into."""
    written: list[str | int] = []
    for part in location:
        if isinstance(obj, (str, int, float)):
            break
        written.append(part)
        obj = _child(obj, part)
    return written


def _child(obj: Any, part: str | int) -> Any:
    if isinstance(obj, Mapping):
        return obj.get(part)
    return obj[part] if isinstance(obj, list) and isinstance(part, int) and part < len(obj) else None


def _problem(detail: ErrorDetails, location: list[str | int], model: type[BaseModel]) -> Problem:
    context = detail.get("ctx", {})
    if detail["type"] == "rule":
        field = [context["field"]] if context["field"] else []
        return Problem(path_of([*location, *field]), context["message"], context["remedy"])
    if detail["type"] == "extra_forbidden":
        return Problem(path_of(location), "there is no such field", _suggestion(location, model))
    if detail["type"] in _REMEDIES:
        return Problem(path_of(location), *_REMEDIES[detail["type"]])
    if detail["type"] == "value_error":
        message, _, remedy = str(context["error"]).rpartition("; ")
        return Problem(path_of(location), _cut(message), remedy)
    if detail["type"] in ("too_long", "too_short"):
        return Problem(path_of(location), *_length(context))
    return Problem(path_of(location), f"{_cut(repr(str(detail['input'])))} does not fit", _expected(detail))


def _length(context: Mapping[str, Any]) -> tuple[str, str]:
    """A list or object with more or fewer entries than it may have."""
    there = "more" if context.get("actual_length") is None else context["actual_length"] or "no"
    if "min_length" in context:
        least = context["min_length"]
        return f"has {there} entries, and needs at least {least}", "add what is missing"
    remedy = "write equal ones as one entry, with a pattern such as r[01-25] in its name, or split the object"
    return f"has {there} entries, and may have at most {context['max_length']}", remedy


def _cut(text: str) -> str:
    """A message short enough to read, whatever the user's text in it: its head and its end."""
    if len(text) <= _QUOTED_HEAD + _QUOTED_TAIL:
        return text
    return f"{text[:_QUOTED_HEAD]}...{text[-_QUOTED_TAIL // 2 :]}"


def _expected(detail: ErrorDetails) -> str:
    """Pydantic's "Input should be 'Central' or 'Edge'" as an order."""
    said = detail["msg"].replace("Input should be", "it should be", 1)
    said = said.replace("greater than or equal to", "at least").replace("less than or equal to", "at most")
    return said.replace("String should", "it should", 1)


def _suggestion(location: list[str | int], model: type[BaseModel]) -> str:
    close = difflib.get_close_matches(str(location[-1]), _fields_at(model, location[:-1]), n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else "remove it, or check its spelling and indentation"


def _fields_at(model: type[BaseModel], location: list[str | int]) -> list[str]:
    """Names of the fields that the object at `location` may have."""
    for part in location:
        field = next((f for n, f in model.model_fields.items() if part in (n, f.alias)), None)
        inner = _model_in(field.annotation) if field else None
        model = inner or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
