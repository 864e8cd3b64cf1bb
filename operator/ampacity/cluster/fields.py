"""The fields of nodes and pods that are kept off the wire, as pydantic reads them.

What stands here is what `translate.pods` and `translate.fleet.nodes` read, no more:
each field costs time and memory a hundred thousand times over.
"""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict
from typing_extensions import TypedDict

_Texts = dict[str, str] | None
_Any = dict[str, Any] | None
_List = list[dict[str, Any]] | None


class _Metadata(TypedDict, total=False):
    name: str
    namespace: str
    uid: str
    resourceVersion: str
    creationTimestamp: str | None
    deletionTimestamp: str | None
    deletionGracePeriodSeconds: int | None
    labels: _Texts
    annotations: _Texts
    ownerReferences: _List


class _Port(TypedDict, total=False):
    hostPort: int | None
    hostIP: str | None
    protocol: str | None


class _Container(TypedDict, total=False):
    resources: _Any
    restartPolicy: str | None
    ports: list[_Port] | None


class _There(TypedDict):
    """Something of which only matters that it is there."""


_Plain = _There | None


class _Volume(TypedDict, total=False):
    """Volumes that any node can mount are many, and are read without what is in them."""

    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]

    name: str
    configMap: _Plain
    secret: _Plain
    emptyDir: _Plain
    downwardAPI: _Plain
    projected: _Plain
    hostPath: _Plain
    image: _Plain
    nfs: _Plain


class _PodSpec(TypedDict, total=False):
    containers: list[_Container]
    initContainers: list[_Container] | None
    resources: _Any
    overhead: _Any
    nodeName: str | None
    nodeSelector: _Texts
    affinity: _Any
    tolerations: _List
    topologySpreadConstraints: _List
    schedulingGates: _List
    schedulerName: str | None
    schedulingGroup: _Any
    hostNetwork: bool | None
    resourceClaims: _List
    priority: int | None
    volumes: list[_Volume] | None


class _Condition(TypedDict, total=False):
    type: str
    status: str
    reason: str | None
    message: str | None


class _PodStatus(TypedDict, total=False):
    phase: str
    reason: str | None
    message: str | None
    conditions: list[_Condition] | None


class PodFields(TypedDict, total=False):
    """What `translate.pods` reads of a v1 Pod."""

    metadata: _Metadata
    spec: _PodSpec
    status: _PodStatus


class _NodeSpec(TypedDict, total=False):
    taints: _List
    unschedulable: bool | None


class _NodeStatus(TypedDict, total=False):
    allocatable: _Texts
    capacity: _Texts
    conditions: list[_Condition] | None


class NodeFields(TypedDict, total=False):
    """What `translate.nodes` reads of a v1 Node."""

    metadata: _Metadata
    spec: _NodeSpec
    status: _NodeStatus
