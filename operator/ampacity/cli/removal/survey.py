"""What Ampacity has in a cluster: everything that waits for it, belongs to it, or would go with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ampacity import names
from ampacity.cli.fetch.pages import every, if_known
from ampacity.cli.removal.owners import owned_by_us, owners
from ampacity.cli.removal.reached import reached_by
from ampacity.cli.removal.rollouts import MARK
from ampacity.cli.removal.templates import gates, waits
from ampacity.cli.removal.workloads import DEPLOYMENT, KINDS, REPLICA_SET, Workload, workloads
from ampacity.cluster.client import Client

Json = dict[str, Any]

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_ADMISSION = "/apis/admissionregistration.k8s.io/v1"
POLICIES = tuple(f"{_ADMISSION}/validatingadmissionpolic{end}" for end in ("ybindings", "ies"))
"""Bindings first: without its policy a binding means nothing."""
_LEASES, _MAPS, _APPS = "/apis/coordination.k8s.io/v1", "/api/v1", "/apis/apps/v1"
_UNBOUND = {"fieldSelector": "spec.nodeName="}


@dataclass(frozen=True, slots=True)
class Survey:
    """Raw objects, but for `others`. `pools`: Deployments of pools with something left to take off, and
    any that an interrupted run has left half done.

    `gated` and `scheduled`: unbound pods that wait by our gate, or for us as their scheduler.
    `records`: accepted generations. `policies`: paths. `objects`: how many of our kinds, by CRD name.
    `reached`: paths of what pools are reached by, as far as it would be deleted with them.
    """

    pools: tuple[Json, ...]
    others: tuple[Workload, ...]
    gated: tuple[Json, ...]
    scheduled: tuple[Json, ...]
    leases: tuple[Json, ...]
    holds: tuple[Json, ...]
    records: tuple[Json, ...]
    crds: tuple[Json, ...]
    policies: tuple[str, ...]
    objects: Mapping[str, int]
    reached: tuple[str, ...] = ()

    @property
    def owned(self) -> tuple[Json, ...]:
        """Deployments that would be deleted with their pools."""
        return tuple(one for one in self.pools if owned_by_us(one["metadata"]))


async def survey(client: Client) -> Survey:
    """Look at the whole cluster. Raises ApiError."""
    found = {kind: await every(client, kind.path()) for kind in KINDS}
    waiting = await waiting_pods(client)
    crds = tuple(crd for crd in await every(client, CRDS) if crd["spec"]["group"] == names.GROUP)
    named = {"fieldSelector": f"metadata.name={names.LEASE}"}
    held = {"fieldSelector": f"metadata.name={names.HOLDS}"}
    pools = tuple(_to_hand_back(found[DEPLOYMENT], found[REPLICA_SET]))
    uids = {one["metadata"]["uid"] for one in pools}
    strangers = {**found, DEPLOYMENT: [d for d in found[DEPLOYMENT] if d["metadata"]["uid"] not in uids]}
    return Survey(
        pools=pools,
        others=tuple(one for kind in KINDS for one in workloads(kind, strangers[kind])),
        gated=tuple(pod for pod in waiting if names.GATE in gates(pod["spec"])),
        scheduled=tuple(pod for pod in waiting if pod["spec"].get("schedulerName") == names.SCHEDULER),
        leases=tuple(await every(client, f"{_LEASES}/leases", named)),
        holds=tuple(await every(client, f"{_MAPS}/configmaps", held)),
        records=tuple(await every(client, f"{_APPS}/controllerrevisions", {"labelSelector": names.ACCEPTED})),
        crds=crds,
        policies=tuple([path for kind in POLICIES for path in await _policies(client, kind)]),
        objects={crd["metadata"]["name"]: len(await _objects(client, crd)) for crd in crds},
        reached=await reached_by(client),
    )


async def waiting_pods(client: Client) -> list[Json]:
    """Unbound pods that wait for us and are not on their way out."""
    pods = await every(client, "/api/v1/pods", _UNBOUND)
    return [pod for pod in pods if waits(pod) and "deletionTimestamp" not in pod["metadata"]]


def of_pool(deployment: Mapping[str, Any]) -> bool:
    """Whether a Deployment was made for a pool, also after it was taken from it."""
    labels = deployment["metadata"].get("labels") or {}
    made = labels.get(names.MANAGED_BY) == names.FIELD_MANAGER and names.POOL in labels
    return made or owned_by_us(deployment["metadata"])


def _to_hand_back(deployments: Iterable[Json], replica_sets: Iterable[Json]) -> Iterator[Json]:
    waiting = [one["metadata"] for one in replica_sets if waits(one["spec"]["template"])]
    carrying = {owner["uid"] for metadata in waiting for owner in owners(metadata)}
    for deployment in deployments:
        metadata, template = deployment["metadata"], deployment["spec"]["template"]
        left = waits(template) or metadata["uid"] in carrying or owned_by_us(metadata)
        if MARK in (metadata.get("annotations") or {}) or (left and of_pool(deployment)):
            yield deployment


async def _policies(client: Client, path: str) -> list[str]:
    found = [policy["metadata"]["name"] for policy in await if_known(client, path)]
    return [f"{path}/{name}" for name in found if name.endswith(f".{names.GROUP}")]


async def _objects(client: Client, crd: Json) -> list[Json]:
    version = next(one["name"] for one in crd["spec"]["versions"] if one["storage"])
    return await if_known(client, f"/apis/{names.GROUP}/{version}/{crd['spec']['names']['plural']}")
