"""Fleets for tests, valid by default: nodes, pods that wait, snapshots. Sites come from `power`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ampacity.core.load import Load, NodeDraw, Supplies
from ampacity.core.plan import Grant, Plan
from ampacity.core.rows import RackContents, build
from ampacity.core.site import Site
from ampacity.core.snapshot import (
    AntiAffinity,
    NodeView,
    PodSelector,
    Requirement,
    Resident,
    Resources,
    Shape,
    SiteView,
    Snapshot,
    Spread,
    Waiter,
)
from tests.builders.power import domain, kw, rack, site

GPU = "nvidia.com/gpu"
HOSTNAME = "kubernetes.io/hostname"
GIB = 2**30


def draw(gpus: int = 8, idle: int = kw(2), gpu: int = kw(1), *, air: float = 0.2,
         supplies: Supplies | None = None) -> NodeDraw:
    """A server: `idle` plus `gpu` mW for each busy GPU; `air` is the part of its heat not on the loop."""
    fixed, per_gpu = _split(idle, air), _split(gpu, air)
    return NodeDraw(gpus, fixed, per_gpu, fixed + per_gpu * gpus, supplies)


def _split(power: int, air: float) -> Load:
    to_air = round(power * air)
    return Load(power, to_air, power - to_air)


SERVER = draw()


def resources(
    gpus: int = 0, cpu: float = 0, memory: float = 0, pods: int = 1, *, gpu: str = GPU
) -> Resources:
    """`cpu` in cores, `memory` in GiB."""
    extended = ((gpu, gpus),) if gpus else ()
    return Resources(round(cpu * 1000), round(memory * GIB), 0, pods, extended)


def node(name: str = "n1", rack: str | None = "r1", *, site: str = "hall", used: int = 0,
         gpus: int | None = None, draw: NodeDraw | None = None, gpu: str = GPU, cpu: float = 128,
         memory: float = 1024, pods: int = 110, profile: str = "h200",
         labels: Mapping[str, str] | None = None, **more: object) -> NodeView:
    """A node; `used` of its GPU units are in use. `gpus`: units it offers (default: its physical GPUs)."""
    server = draw or SERVER
    offered = server.gpus if gpus is None else gpus
    more.setdefault("admits", True)
    return NodeView(
        name, site, rack, profile, server, server.at(used), used,
        allocatable=resources(offered, cpu, memory, pods, gpu=gpu),
        free=resources(offered - used, cpu, memory, pods - used, gpu=gpu),
        labels={HOSTNAME: name, **(labels or {})},
        **more,  # type: ignore[arg-type]
    )


def shape(gpus: int = 1, *, cpu: float = 0, memory: float = 0, gpu: str = GPU, namespace: str = "default",
          **more: object) -> Shape:
    """What a pod of `gpus` GPUs asks."""
    requests = resources(gpus, cpu, memory, gpu=gpu)
    return Shape(namespace, requests, gpus, **more)  # type: ignore[arg-type]


def waiter(name: str = "p1", asks: Shape | None = None, **more: object) -> Waiter:
    """One pod that waits."""
    return Waiter(f"uid-{name}", name, asks or shape(), **more)  # type: ignore[arg-type]


def waiters(count: int, asks: Shape | None = None, *, name: str = "p", **more: object) -> tuple[Waiter, ...]:
    """Equal pods that wait, oldest first."""
    asks = asks or shape()
    return tuple([waiter(f"{name}{i:06}", asks, **more) for i in range(count)])


def label_in(key: str, *values: str) -> Requirement:
    """`key in (values)`."""
    return Requirement(key, "In", values)


def pods_with(key: str, *values: str, namespaces: tuple[str, ...] = ()) -> PodSelector:
    """Selects pods by one label."""
    return PodSelector((label_in(key, *values),), namespaces)


def apart(key: str, value: str, topology: str = HOSTNAME) -> AntiAffinity:
    """Required anti-affinity to pods whose label `key` is `value`."""
    return AntiAffinity(pods_with(key, value), topology)


def together(key: str, value: str, topology: str = HOSTNAME) -> AntiAffinity:
    """Required affinity to pods whose label `key` is `value`."""
    return AntiAffinity(pods_with(key, value), topology, attract=True)


def spread(key: str, value: str, topology: str, skew: int = 1, min_domains: int = 1) -> Spread:
    """A hard topology spread over pods whose label `key` is `value`."""
    return Spread(pods_with(key, value), topology, skew, min_domains)


def small_site(racks: int = 2, capacity: str = "100kW", name: str = "hall", **more: object) -> Site:
    """One PDU over `racks` racks, r1, r2, ..."""
    built = site([domain("pdu", capacity)], [rack(f"r{i + 1}") for i in range(racks)], **more)
    return replace(built, name=name)


def snapshot(
    nodes: Iterable[NodeView], waiting: Iterable[Waiter], *sites: Site,
    contents: Mapping[str, RackContents] | None = None, residents: Iterable[Resident] = (),
) -> Snapshot:
    """A snapshot; without sites that of `small_site()`. `contents` by rack name serve every site."""
    views = {one.name: SiteView(build(one, contents or {})) for one in sites or (small_site(),)}
    return Snapshot(views, tuple(nodes), tuple(waiting), tuple(residents))


def resident(on: str, labels: Mapping[str, str] | None = None, *rules: AntiAffinity,
             namespace: str = "default") -> Resident:
    """A pod that runs on a node already."""
    return Resident(namespace, tuple(sorted((labels or {}).items())), on, rules)


def after(before: Snapshot, decided: Plan) -> Snapshot:
    """The snapshot once every grant has been executed: pods on their nodes, refused ones waiting."""
    nodes = {one.name: one for one in before.nodes}
    for grant in decided.grants:
        if not grant.held:
            nodes[grant.node] = with_pod(nodes[grant.node], grant.waiter.shape, grant.load)
    placed = tuple([_settled(grant) for grant in decided.grants])
    waiting = tuple([refusal.waiter for refusal in decided.refusals])
    return replace(before, nodes=tuple(nodes.values()), waiters=waiting, residents=before.residents + placed)


def _settled(grant: Grant) -> Resident:
    asks = grant.waiter.shape
    return Resident(asks.namespace, asks.labels, grant.node, asks.rules)


def with_pod(view: NodeView, asks: Shape, load: Load) -> NodeView:
    """The node with one more pod on it, whose load it is charged."""
    taken, free = asks.requests, view.free
    extended = {name: count - dict(taken.extended).get(name, 0) for name, count in free.extended}
    work = dict(view.work)
    work[asks.workload] = work.get(asks.workload, 0) + asks.gpu_units
    return replace(view, load=view.load + load, units=view.units + asks.gpu_units, work=tuple(work.items()),
                   free=Resources(
        free.cpu_milli - taken.cpu_milli, free.memory - taken.memory, free.ephemeral - taken.ephemeral,
        free.pods - taken.pods, tuple(extended.items())))


def places(decided: Plan) -> dict[str, str]:
    """Node by name of the waiter."""
    return {grant.waiter.name: grant.node for grant in decided.grants}


def reasons(decided: Plan) -> dict[str, str]:
    """Sentence by name of the waiter."""
    return {refusal.waiter.name: refusal.sentence for refusal in decided.refusals}
