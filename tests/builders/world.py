"""Worlds for tests, valid by default: a hall of racks r1 and r2, eight-GPU servers, and pods that wait."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ampacity.core.ledger import FenceEntry, Hold, Ledger
from ampacity.core.load import Load
from ampacity.core.site import Site
from ampacity.core.snapshot import NodeView, Note, Resources, Shape, Snapshot
from ampacity.translate.records import NodeRecord, PodRecord, PoolRecord, Profile, Reservation, World
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders.fleet import small_site
from tests.builders.kube import GPU, node
from tests.builders.power import air_load, kw

ONE_GPU = Resources(extended=((GPU, 1),))


def profile(
    name: str = "h200", *, idle: int = kw(2), host: int = kw(1), maximum: int = kw(11), **more: Any
) -> Profile:
    """A server of eight GPUs, 1 kW each when busy, cooled by air."""
    fields: dict[str, Any] = dict(
        generation=1, resources=(GPU, "nvidia.com/mig-*"), products=(name,), machines=(), match_labels={},
        gpus=8, tdp=kw(0.7), idle=idle, host=host, maximum=maximum, air_idle=idle, air_maximum=maximum,
        needs_liquid=False, supplies=None,
    )  # fmt: skip
    return Profile(name, **{**fields, **more})


def world(
    *pods: PodRecord,
    nodes: Iterable[NodeRecord] | None = None,
    sites: Iterable[Site] | None = None,
    profiles: Iterable[Profile] | None = None,
    **more: Any,
) -> World:
    """One node n1 in rack r1 of a hall, unless said otherwise."""
    return World(
        sites={site.name: site for site in (sites if sites is not None else [small_site()])},
        profiles=tuple(profiles if profiles is not None else [profile()]),
        nodes=tuple(nodes if nodes is not None else [node()]),
        pods=pods,
        **more,
    )


def view(world: World, name: str = "n1") -> NodeView:
    """A node's view in the world's snapshot."""
    return next(view for view in build_snapshot(world).nodes if view.name == name)


def notes(snapshot: Snapshot, reason: str) -> list[Note]:
    """Notes of one reason."""
    return [note for note in snapshot.notes if note.reason == reason]


def reserved(
    pod: PodRecord, power: int, node: str = "n1", rack: str = "r1", profile: str = "h200"
) -> PodRecord:
    """The pod with a reservation."""
    place = Reservation("hall", rack, node, profile, air_load(power), 1)
    return replace(pod, reservation=place, node=pod.node or node)


def hold(
    key: str = "1.1.0",
    *,
    controller: str = "Deployment/default/web",
    node: str = "n1",
    units: int = 1,
    requests: Resources = ONE_GPU,
    power: int = kw(1),
    since: int = 0,
    site: str = "hall",
) -> Hold:
    """A hold of one GPU on n1."""
    return Hold(key, controller, node, site, "r1", "h200", units, air_load(power), requests, since)


def fence(pod: PodRecord, node: str = "n1", power: int = kw(1)) -> FenceEntry:
    """The announced grant of a pod."""
    return FenceEntry(
        pod.uid, f"{pod.namespace}/{pod.name}", pod.resource_version, node, "hall", "r1", "h200",
        pod.shape.gpu_units, air_load(power), pod.shape.requests, 1, pod.controller,
    )  # fmt: skip


def ledger(*entries: FenceEntry | Hold) -> Ledger:
    """A ledger of these."""
    return Ledger(
        1, 1, "test",
        tuple(entry for entry in entries if isinstance(entry, FenceEntry)),
        tuple(entry for entry in entries if isinstance(entry, Hold)),
    )  # fmt: skip


def pool(name: str = "chat", *, replicas: int = 3, shape: Shape | None = None, **more: Any) -> PoolRecord:
    """A pool whose replicas take one GPU each."""
    shape = shape or Shape("default", ONE_GPU, 1, labels=(("app", name),))
    fields: dict[str, Any] = dict(uid=f"uid-{name}", generation=1, created=0, priority=0, tiers=())
    return PoolRecord("default", name, replicas=replicas, shape=shape, **{**fields, **more})


def load_of(snapshot: Snapshot, rack: str = "r1", site: str = "hall") -> Load:
    """All that a rack is charged, base load left out."""
    return snapshot.rack_loads(site).get(rack, Load())
