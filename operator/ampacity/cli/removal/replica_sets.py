"""Which of a Deployment's ReplicaSets is the present one, and which would come to equal it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ampacity.cli.removal.templates import freed, same_pods

Json = dict[str, Any]

_REVISION = "deployment.kubernetes.io/revision"
_OPERATORS = {"In": "{key} in ({values})", "NotIn": "{key} notin ({values})", "Exists": "{key}"}
_DOES_NOT_EXIST = "!{key}"


@dataclass(frozen=True, slots=True)
class Sorted:
    """`present`: whose template is the Deployment's. `twins`: older ones that differ from it by nothing
    but what is taken out. `others`: of other templates."""

    present: Json | None
    twins: tuple[Json, ...]
    others: tuple[Json, ...]

    @property
    def to_free(self) -> tuple[Json, ...]:
        """Those whose templates can be freed without one of them being taken for another."""
        return (*self.others, *([self.present] if self.present else ()))


def sort_out(deployment: Json, sets: Iterable[Json], *, ours: bool) -> Sorted:
    """The ReplicaSets of a Deployment, before or after any of them was freed."""
    target = freed(deployment["spec"]["template"], ours=ours)
    sets = sorted(sets, key=_revision)
    equal = [one for one in sets if same_pods(freed(one["spec"]["template"], ours=ours), target)]
    others = tuple(one for one in sets if one not in equal)
    return Sorted(equal[-1] if equal else None, tuple(equal[:-1]), others)


def has_pods(replica_set: Mapping[str, Any]) -> bool:
    """Whether it wants or has any."""
    status = replica_set.get("status") or {}
    return bool(replica_set["spec"].get("replicas") or status.get("replicas"))


def query(selector: Mapping[str, Any]) -> str:
    """A label selector as a query parameter."""
    parts = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    for rule in selector.get("matchExpressions") or ():
        form = _OPERATORS.get(rule["operator"], _DOES_NOT_EXIST)
        parts.append(form.format(key=rule["key"], values=",".join(rule.get("values") or ())))
    return ",".join(parts)


def _revision(replica_set: Mapping[str, Any]) -> int:
    text = (replica_set["metadata"].get("annotations") or {}).get(_REVISION, "")
    return int(text) if text.isdecimal() else 0
