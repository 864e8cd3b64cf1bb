"""Where bound volumes can be reached from: they bind their pods to nodes as much as node affinity does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ampacity.core.snapshot import NodeTerm
from ampacity.translate.pods.selectors import read_term

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """A PersistentVolumeClaim. `key`: "namespace/name"; `volume`: what it is bound to, "" if nothing yet."""

    uid: str
    resource_version: str
    key: str
    volume: str


@dataclass(frozen=True, slots=True)
class VolumeRecord:
    """A PersistentVolume. `terms`: ORed terms of nodes that reach it; () means all nodes."""

    uid: str
    resource_version: str
    name: str
    terms: tuple[NodeTerm, ...]


def read_claim(claim: Json) -> ClaimRecord:
    """A v1 PersistentVolumeClaim."""
    metadata = claim["metadata"]
    key = f"{metadata.get('namespace') or 'default'}/{metadata['name']}"
    volume = (claim.get("spec") or {}).get("volumeName") or ""
    return ClaimRecord(metadata.get("uid") or key, metadata.get("resourceVersion") or "", key, volume)


def read_volume(volume: Json) -> VolumeRecord:
    """A v1 PersistentVolume."""
    metadata, spec = volume["metadata"], volume.get("spec") or {}
    required = (spec.get("nodeAffinity") or {}).get("required") or {}
    terms = tuple(read_term(term) for term in required.get("nodeSelectorTerms") or ())
    name = metadata["name"]
    return VolumeRecord(metadata.get("uid") or name, metadata.get("resourceVersion") or "", name, terms)


def bound_terms(
    claims: Iterable[ClaimRecord], volumes: Iterable[VolumeRecord]
) -> dict[str, tuple[NodeTerm, ...]]:
    """What `World.volumes` holds: by claim, the terms of its volume, where that has any."""
    reachable = {volume.name: volume.terms for volume in volumes if volume.terms}
    return {claim.key: reachable[claim.volume] for claim in claims if claim.volume in reachable}
