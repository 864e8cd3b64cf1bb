"""Specs of our kinds, drawn from the models themselves: every field, type, pattern and bound as stated there.

What a model cannot say (that a supplier exists) is not in here, so most of these
pass the API server and are refused by the operator. Names come from a short
list more often than from their pattern, so that some of the connections hold.
"""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ampacity.apis import quantities, text
from ampacity.apis.accelerator_profile import AcceleratorProfileSpec
from ampacity.apis.base import Shorthand
from ampacity.apis.envelope_racks import Nodes
from ampacity.apis.gpu_inference_pool import Container, GPUInferencePoolSpec, PodSpec
from ampacity.apis.model_profile import ModelProfileSpec
from ampacity.apis.site_power_envelope import SitePowerEnvelopeSpec

Json = dict[str, Any]
Strategy = st.SearchStrategy[Any]

SPECS: dict[str, type[BaseModel]] = {
    "sitepowerenvelopes": SitePowerEnvelopeSpec,
    "acceleratorprofiles": AcceleratorProfileSpec,
    "modelprofiles": ModelProfileSpec,
    "gpuinferencepools": GPUInferencePoolSpec,
}
_LIKELY = {
    text.NAMES.noun: ("meter", "ups", "room", "cdu", "r1", "pdu-{b}", "r{b}-[1-3]", "ups-[a-c]"),
    text.PROFILE.noun: ("box-8", "box", "h200"),
    text.RESOURCE.noun: ("nvidia.com/gpu", "nvidia.com/mig-*", "habana.ai/gaudi"),
    quantities.POWER.noun: ("0W", "5kW", "60kW", "1.2MW"),
    quantities.SHARE.noun: ("60%", "100%"),
}
_LONGEST_LIST = 3
_WORDS = st.text(max_size=8) | st.sampled_from(["a", "b.c/d", "x" * 64, "\u202eabc"])
_ANYTHING = _WORDS | st.integers() | st.booleans() | st.none() | st.lists(_WORDS, max_size=2)
_POD_FIELDS = st.sampled_from(
    [
        "tolerations",
        "nodeSelector",
        "affinity",
        "priorityClassName",
        "volumes",
        "schedulerName",
        "hostNetwork",
    ]
)
_CONTAINER_FIELDS = st.sampled_from(["resources", "env", "command", "ports", "livenessProbe"])
_FREE = {PodSpec: _POD_FIELDS, Container: _CONTAINER_FIELDS}


def draw_specs(plural: str, count: int, number: int) -> list[Json]:
    """`count` specs of a kind, the same for the same seed `number`."""
    found: list[Json] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(_specs(plural))
    def collect(spec: Json) -> None:
        found.append(spec)

    collect()
    return found


@cache
def _specs(plural: str) -> Strategy:
    return _model(SPECS[plural])


def _model(model: type[BaseModel]) -> Strategy:
    """An object of the model, in one of the forms it may be written in."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    required = {name: _field(field) for name, field in fields.items() if field.is_required()}
    optional = {name: _field(field) for name, field in fields.items() if not field.is_required()}
    whole = st.fixed_dictionaries(required, optional=optional)
    if model in _FREE:
        more = st.dictionaries(_FREE[model], _ANYTHING, max_size=1)
        return st.builds(lambda known, free: {**free, **known}, whole, more)
    if issubclass(model, Shorthand):
        return _field(fields[model.SHORT_FIELD]) | whole
    return _text(quantities.NODES) | whole if model is Nodes else whole


def _field(field: FieldInfo) -> Strategy:
    return _of(field.annotation, tuple(field.metadata))


def _of(annotation: Any, limits: tuple[Any, ...] = ()) -> Strategy:
    """Values of a type with pydantic's metadata on it."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _of(inner[0], (*inner[1:], *limits))
    if origin in (Union, UnionType):
        return _of(next(part for part in inner if part is not type(None)), limits)
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is list:
        least = _limit(limits, "min_length", 0)
        return st.lists(_of(inner[0]), min_size=least, max_size=max(least, _LONGEST_LIST))
    if origin is dict:
        return st.dictionaries(
            st.sampled_from(["b", "r", "region", "a/b"]) | _WORDS, _of(inner[1]), max_size=2
        )
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _model(annotation)
    return _scalar(annotation, limits)


def _scalar(kind: type, limits: tuple[Any, ...]) -> Strategy:
    forms = [form for limit in limits if (form := _form(limit)) is not None]
    if forms:
        return _text(forms[0])
    if kind is bool:
        return st.booleans()
    if kind is int:
        return st.integers(_limit(limits, "ge", -5), _limit(limits, "le", 1000))
    if kind is float:
        return st.floats(_limit(limits, "ge", 0.0), _limit(limits, "le", 1.0), allow_nan=False)
    return st.text(
        min_size=_limit(limits, "min_length", 0), max_size=min(20, _limit(limits, "max_length", 20))
    )


def _form(limit: Any) -> text.TextKind | quantities.QuantityKind | None:
    """The form whose `check` is the validator `limit`, if it is one."""
    form = getattr(getattr(limit, "func", None), "__self__", None)
    return form if isinstance(form, text.TextKind | quantities.QuantityKind) else None


def _text(form: text.TextKind | quantities.QuantityKind) -> Strategy:
    any_form = st.from_regex(form.expression, fullmatch=True).filter(
        lambda made: len(made) <= form.max_length
    )
    likely = _LIKELY.get(form.noun)
    return st.sampled_from(likely) | st.sampled_from(likely) | any_form if likely else any_form


def _limit(limits: tuple[Any, ...], name: str, default: Any) -> Any:
    """The bound of that name among annotated-types' metadata."""
    return next((getattr(limit, name) for limit in limits if hasattr(limit, name)), default)
