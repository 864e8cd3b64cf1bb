"""What all objects of a pool have in common that it is reached by: name, labels, owner, and a digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from ampacity import names
from ampacity.apis import GPUInferencePool
from ampacity.translate.pools.owned import MADE_BY_US, owner

Json = dict[str, Any]

DIGEST = "ampacity.io/serving-digest"
"""Annotation: of what was written, so that what is left out later is seen to be missing."""

SERVICE, INFERENCE_POOL, ROUTE = "Service", "InferencePool", "HTTPRoute"
_VERSIONS = {
    SERVICE: "v1",
    INFERENCE_POOL: "inference.networking.k8s.io/v1",
    ROUTE: "gateway.networking.k8s.io/v1",
}


@dataclass(frozen=True, slots=True)
class Served:
    """One object as it should be. `pool`: uid and generation of the pool that it is of."""

    kind: str
    namespace: str
    name: str
    pool: tuple[str, int]
    body: Json

    @property
    def key(self) -> tuple[str, str, str]:
        """Kind, namespace and name."""
        return self.kind, self.namespace, self.name

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"


def served(pool: GPUInferencePool, kind: str, name: str, spec: Json, site: str = "") -> Served:
    """The whole object, as server-side apply wants it."""
    metadata = pool.metadata
    text = json.dumps([spec, site], sort_keys=True)
    body = {
        "apiVersion": _VERSIONS[kind],
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": metadata.namespace,
            "labels": _labels(pool, site),
            "annotations": {DIGEST: hashlib.sha256(text.encode()).hexdigest()[:16]},
            "ownerReferences": [owner(pool)],
        },
        "spec": spec,
    }
    return Served(kind, metadata.namespace, name, (metadata.uid, metadata.generation), body)


def selector(pool: GPUInferencePool, site: str = "") -> dict[str, str]:
    """Labels of the pool's pods, at one site or at all."""
    return {names.POOL: pool.metadata.name, **({names.SITE: site} if site else {})}


def _labels(pool: GPUInferencePool, site: str) -> dict[str, str]:
    return {**selector(pool, site), **MADE_BY_US}
