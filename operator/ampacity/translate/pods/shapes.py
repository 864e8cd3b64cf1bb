"""Pod specs as shapes: everything that decides where a pod may run, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ampacity import names
from ampacity.core.snapshot import Resources, Shape, Toleration
from ampacity.translate.pods.requests import pod_requests
from ampacity.translate.pods.selectors import node_terms, pod_rules, spread
from ampacity.translate.pods.work import workload_of

Json = Mapping[str, Any]
Units = Callable[[Resources], int]
"""How many GPU units a request asks for."""

_BY_CLAIM = (
    "it asks for devices through resource claims (spec.resourceClaims), and no profile says what those draw; "
    "ask for GPUs as a countable resource, for example nvidia.com/gpu, in the containers' limits"
)


def read_shape(namespace: str, metadata: Json, spec: Json, units: Units) -> Shape:
    """The shape of a pod or of a pod template in `namespace`.

    A pod that is bound has its place: what chose it (node terms, tolerations)
    is left out, so that the many pods of a fleet share few shapes.
    """
    labels: Mapping[str, str] = metadata.get("labels") or {}
    annotations: Mapping[str, str] = metadata.get("annotations") or {}
    requests, bound, site = pod_requests(spec), spec.get("nodeName"), labels.get(names.SITE)
    return Shape(
        namespace=namespace,
        requests=requests,
        gpu_units=units(requests),
        labels=tuple(sorted(labels.items())),
        node_terms=() if bound else node_terms(spec),
        tolerations=() if bound else _tolerations(spec.get("tolerations") or ()),
        rules=pod_rules(spec, labels) if "affinity" in spec else (),
        spread=() if bound else spread(spec, labels),
        sites=(site,) if site else (),
        accelerators=listed(annotations.get(names.ACCELERATORS)),
        must_survive=frozenset(listed(annotations.get(names.MUST_SURVIVE))),
        unknown_draw=_BY_CLAIM if spec.get("resourceClaims") else "",
        workload=workload_of(labels),
    )


def listed(text: str | None) -> tuple[str, ...]:
    """A comma-separated list in its order, each entry once."""
    if not text:
        return ()
    parts = (part.strip() for part in text.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def _tolerations(tolerations: Iterable[Json]) -> tuple[Toleration, ...]:
    return tuple(
        Toleration(
            item.get("key") or "",
            item.get("operator") or "Equal",
            item.get("value") or "",
            item.get("effect") or "",
        )
        for item in tolerations
    )
