"""The watches that planning needs: nodes, pods that have not ended, volumes with their claims, namespaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ampacity.cluster.client import Client, OnError, ignore
from ampacity.cluster.fields import NodeFields, PodFields
from ampacity.cluster.store import OnChange
from ampacity.cluster.watch import Watch
from ampacity.cluster.wire import Wire
from ampacity.translate.fleet.nodes import read_node
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.pods.rejection import Rejection, rejection_of
from ampacity.translate.pods.volumes import ClaimRecord, VolumeRecord, read_claim, read_volume
from ampacity.translate.records import NamespaceRecord, NodeRecord, PodRecord
from ampacity.translate.residency import read_namespace

NOT_SUCCEEDED = "status.phase!=Succeeded"
"""Pods that have failed are told as they failed: of some it matters why. They end there all the same."""

OnRejection = Callable[[Rejection], None]


def watch_pods(
    client: Client,
    reader: PodReader,
    *,
    on_change: OnChange[PodRecord] | None = None,
    on_rejection: OnRejection | None = None,
    on_error: OnError = ignore,
) -> Watch[PodRecord]:
    """Pods of all namespaces that have not ended. `on_rejection` is told of one that its kubelet has
    refused, before `on_change` is told that it is gone; of one that is listed more than once, each time."""

    def read(pod: Mapping[str, Any]) -> PodRecord | None:
        record = reader.read(pod)
        if record is None and on_rejection is not None and (rejection := rejection_of(pod)):
            on_rejection(rejection)
        return record

    return Watch(
        client,
        "/api/v1/pods",
        read,
        wire=Wire(PodFields),
        field_selector=NOT_SUCCEEDED,
        on_change=on_change,
        on_error=on_error,
    )


def watch_nodes(
    client: Client, *, on_change: OnChange[NodeRecord] | None = None, on_error: OnError = ignore
) -> Watch[NodeRecord]:
    """All nodes."""
    return Watch(
        client, "/api/v1/nodes", read_node, wire=Wire(NodeFields), on_change=on_change, on_error=on_error
    )


def watch_claims(
    client: Client, *, on_change: OnChange[ClaimRecord] | None = None, on_error: OnError = ignore
) -> Watch[ClaimRecord]:
    """PersistentVolumeClaims of all namespaces."""
    path = "/api/v1/persistentvolumeclaims"
    return Watch(client, path, read_claim, on_change=on_change, on_error=on_error)


def watch_volumes(
    client: Client, *, on_change: OnChange[VolumeRecord] | None = None, on_error: OnError = ignore
) -> Watch[VolumeRecord]:
    """All PersistentVolumes."""
    return Watch(client, "/api/v1/persistentvolumes", read_volume, on_change=on_change, on_error=on_error)


def watch_namespaces(
    client: Client, *, on_change: OnChange[NamespaceRecord] | None = None, on_error: OnError = ignore
) -> Watch[NamespaceRecord]:
    """All namespaces: each may say where its pods may run."""
    return Watch(client, "/api/v1/namespaces", read_namespace, on_change=on_change, on_error=on_error)
