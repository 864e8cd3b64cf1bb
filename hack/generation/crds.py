"""The CustomResourceDefinitions: names, scope, columns, subresources."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ampacity.apis import AcceleratorProfile, GPUInferencePool, ModelProfile, SitePowerEnvelope
from ampacity.apis.base import Kind
from ampacity.names import GROUP, VERSION
from hack.generation.schema import structural

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """What a CRD says beside its schema. Columns: name, type, path, priority (1: only with -o wide)."""

    model: type[Kind]
    plural: str
    short_names: tuple[str, ...]
    scope: str
    columns: tuple[tuple[str, str, str, int], ...]
    subresources: Json = field(default_factory=dict)


_READY = ("Ready", "string", ".status.conditions[?(@.type=='Ready')].status", 0)
_REASON = ("Reason", "string", ".status.conditions[?(@.type=='Ready')].reason", 1)
_AGE = ("Age", "date", ".metadata.creationTimestamp", 0)

RESOURCES = (
    Resource(
        SitePowerEnvelope,
        "sitepowerenvelopes",
        ("spe", "envelope"),
        "Cluster",
        (
            ("Tier", "string", ".spec.tier", 0),
            ("Racks", "integer", ".status.racks.total", 0),
            ("Capacity", "string", ".status.power.capacity", 0),
            ("Reserved", "string", ".status.power.reserved", 0),
            ("Headroom", "string", ".status.power.headroom", 0),
            _READY,
            _REASON,
            ("Binding", "string", ".status.binding.message", 1),
            _AGE,
        ),
    ),
    Resource(
        AcceleratorProfile,
        "acceleratorprofiles",
        ("ap",),
        "Cluster",
        (
            ("Family", "string", ".spec.family", 0),
            ("GPUs", "integer", ".spec.gpus", 0),
            ("Idle", "string", ".spec.node.idle", 0),
            ("Maximum", "string", ".spec.node.maximum", 0),
            ("Cooling", "string", ".spec.cooling", 0),
            ("Nodes", "integer", ".status.matchedNodes", 0),
            _READY,
            ("Announced", "boolean", ".spec.announced", 1),
            _AGE,
        ),
    ),
    Resource(
        ModelProfile,
        "modelprofiles",
        ("mp",),
        "Cluster",
        (
            ("Model", "string", ".spec.model", 0),
            ("Context", "integer", ".spec.contextLength", 0),
            ("Fits", "integer", ".status.fits", 0),
            ("Usable", "integer", ".status.usable", 0),
            _READY,
            _REASON,
            ("Licence", "string", ".spec.license", 1),
            _AGE,
        ),
    ),
    Resource(
        GPUInferencePool,
        "gpuinferencepools",
        ("gip", "pool"),
        "Namespaced",
        (
            ("Desired", "integer", ".spec.replicas", 0),
            ("Placed", "integer", ".status.replicas", 0),
            ("Ready", "integer", ".status.readyReplicas", 0),
            ("Waiting", "integer", ".status.waiting", 0),
            ("Why", "string", ".status.conditions[?(@.type=='Ready')].message", 1),
            _AGE,
        ),
        {
            "scale": {
                "specReplicasPath": ".spec.replicas",
                "statusReplicasPath": ".status.replicas",
                "labelSelectorPath": ".status.selector",
            }
        },
    ),
)


def definition(resource: Resource) -> Json:
    """The CustomResourceDefinition of one kind."""
    kind = resource.model.__name__
    names = {
        "kind": kind,
        "listKind": f"{kind}List",
        "plural": resource.plural,
        "singular": kind.lower(),
        "shortNames": list(resource.short_names),
        "categories": ["ampacity"],
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{resource.plural}.{GROUP}"},
        "spec": {"group": GROUP, "names": names, "scope": resource.scope, "versions": [_version(resource)]},
    }


def _version(resource: Resource) -> Json:
    columns = [
        {"name": name, "type": kind, "jsonPath": path} | ({"priority": priority} if priority else {})
        for name, kind, path, priority in resource.columns
    ]
    return {
        "name": VERSION,
        "served": True,
        "storage": True,
        "additionalPrinterColumns": columns,
        "subresources": {"status": {}} | resource.subresources,
        "schema": {"openAPIV3Schema": structural(resource.model)},
    }
