"""What the operator has written on pods and pools, and how old that is: facts, no forecast."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ampacity.cli.fetch.live import Live, unobserved
from ampacity.translate.records import PodRecord

Json = Mapping[str, Any]

NOT_LOOKED_AT = "the operator has not looked at it yet (is it running?)"
_BAD_WHEN = {"Ready": "False", "Stalled": "True", "Waiting": "True"}
"""The status that a condition has when something is to be told."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`sentences`: what the object's own status says, and how old it is. `wanted`: replicas of a pool."""

    sentences: tuple[str, ...]
    wanted: int = 1


def of_pod(pod: PodRecord) -> str:
    """Why a pod waits, by its own condition."""
    if pod.powered is None:
        return NOT_LOOKED_AT
    _, reason, message = pod.powered
    return message or reason


def of_pool(live: Live, name: str, decided: int = 0) -> Standing | None:
    """A pool by its own status, "namespace/name"; None if there is no such pool. `decided`: how many
    replicas its demand takes, as far as they can be had."""
    for pool in live.objects.pools:
        metadata = pool["metadata"]
        if f"{metadata['namespace']}/{metadata['name']}" == name:
            spec = pool.get("spec") or {}
            wanted = spec.get("replicas", decided if "demand" in spec else 1)
            sentences = tuple(dict.fromkeys(_sentences(live, name, pool)))
            return Standing(sentences, wanted if isinstance(wanted, int) else 1)
    return None


def _sentences(live: Live, name: str, pool: Json) -> Iterator[str]:
    stale = unobserved(pool)
    if stale:
        yield f"{stale[0].upper()}{stale[1:]}."
    told: set[str] = set()
    for condition in (pool.get("status") or {}).get("conditions") or ():
        message = condition.get("message") or ""
        if condition.get("status") == _BAD_WHEN.get(condition.get("type", "")) and message not in told:
            told.add(message)
            yield f"Its status says {condition.get('reason')}: {message}"
    for remark in live.remarks:
        if (remark.kind, remark.name) == ("GPUInferencePool", name) and not _said(remark.text, told):
            yield remark.text


def _said(remark: str, messages: set[str]) -> bool:
    return any(message and message.split("; ")[0] in remark for message in messages)
