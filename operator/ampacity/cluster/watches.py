"""The watches that planning needs: nodes, pods that have not ended, and volumes with their claims."""

from __future__ import annotations

from ampacity.cluster.client import Client, OnError, ignore
from ampacity.cluster.fields import NodeFields, PodFields
from ampacity.cluster.store import OnChange
from ampacity.cluster.watch import Watch
from ampacity.cluster.wire import Wire
from ampacity.translate.fleet.nodes import read_node
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.pods.volumes import ClaimRecord, VolumeRecord, read_claim, read_volume
from ampacity.translate.records import NodeRecord, PodRecord

NOT_ENDED = "status.phase!=Succeeded,status.phase!=Failed"


def watch_pods(
    client: Client,
    reader: PodReader,
    *,
    on_change: OnChange[PodRecord] | None = None,
    on_error: OnError = ignore,
) -> Watch[PodRecord]:
    """Pods of all namespaces; a pod that ends leaves the selector, which the server tells as a deletion."""
    return Watch(
        client,
        "/api/v1/pods",
        reader.read,
        wire=Wire(PodFields),
        field_selector=NOT_ENDED,
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
