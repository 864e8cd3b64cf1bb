"""Pods by node, by pool and by what they wait for, kept up to date one pod at a time.

A fleet has 100,000 pods and a cycle touches a few: what a node's pods take
together is added up anew only for nodes whose pods changed. Sums are never
adjusted in place, so that no error can pile up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ampacity.core.load import Load
from ampacity.core.snapshot import Resources, Work
from ampacity.core.workload import Workload
from ampacity.translate.records import PodRecord

Pods = Mapping[str, PodRecord]

_NO_PODS: Pods = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class NodeUse:
    """What the pods on one node take together.

    `units`: GPU units. `reserved`: per pod with a reservation, its GPU units
    and what its annotation promises it. `unknown_draw`: nobody can say what one of them draws.
    `work`: `units` by class of work, with 0 units too.
    """

    taken: Resources
    units: int
    reserved: tuple[tuple[int, Load], ...]
    unknown_draw: bool = False
    work: Work = ()


class PodIndex:
    """All pods that have not ended, by uid; `put` and `drop` follow a watch."""

    def __init__(self) -> None:
        self._pods: dict[str, PodRecord] = {}
        self._on_node: dict[str, dict[str, PodRecord]] = {}
        self._in_pool: dict[str, dict[str, PodRecord]] = {}
        self._in_namespace: dict[str, dict[str, PodRecord]] = {}
        self._waiting: dict[str, PodRecord] = {}
        self._repelling: dict[str, PodRecord] = {}
        self._doubtful: dict[str, PodRecord] = {}
        self._uses: dict[str, NodeUse] = {}

    @classmethod
    def of(cls, pods: Iterable[PodRecord]) -> PodIndex:
        """An index of these pods."""
        index = cls()
        for pod in pods:
            index.put(pod)
        return index

    def put(self, pod: PodRecord) -> None:
        """Add a pod, or replace what was known of it."""
        self.drop(pod.uid)
        self._pods[pod.uid] = pod
        self._uses.pop(pod.node, None)
        for group, key in self._groups(pod):
            group.setdefault(key, {})[pod.uid] = pod
        for part in self._parts(pod):
            part[pod.uid] = pod

    def drop(self, uid: str) -> None:
        """Forget a pod that is gone; one that was never known is fine."""
        pod = self._pods.pop(uid, None)
        if pod is None:
            return
        self._uses.pop(pod.node, None)
        for group, key in self._groups(pod):
            del group[key][uid]
            if not group[key]:
                del group[key]
        for part in self._parts(pod):
            del part[uid]

    def get(self, uid: str) -> PodRecord | None:
        """The pod of this uid."""
        return self._pods.get(uid)

    def pods(self) -> Pods:
        """All pods, by uid."""
        return self._pods

    def waiting(self) -> Iterable[PodRecord]:
        """Pods that no grant has reached yet."""
        return self._waiting.values()

    def repelling(self) -> Iterable[PodRecord]:
        """Pods with required anti-affinity, which also binds pods that come later."""
        return self._repelling.values()

    def doubtful(self) -> Iterable[PodRecord]:
        """Pods of which something could not be read."""
        return self._doubtful.values()

    def in_pool(self, pool: str) -> Iterable[PodRecord]:
        """Pods of the pool "namespace/name"."""
        return self._in_pool.get(pool, _NO_PODS).values()

    def in_namespace(self, namespace: str) -> Iterable[PodRecord]:
        """Pods of one namespace."""
        return self._in_namespace.get(namespace, _NO_PODS).values()

    def nodes(self) -> Iterable[str]:
        """Names of nodes that pods are on, or were promised; such a node need not exist."""
        return self._on_node.keys()

    def on_node(self, node: str) -> Collection[PodRecord]:
        """Pods on one node, bound or granted."""
        return self._on_node.get(node, _NO_PODS).values()

    def use(self, node: str) -> NodeUse:
        """What the pods on `node` take; the same object as long as none of them changes."""
        use = self._uses.get(node)
        if use is None:
            use = self._uses[node] = _use_of(self.on_node(node))
        return use

    def _groups(self, pod: PodRecord) -> Iterable[tuple[dict[str, dict[str, PodRecord]], str]]:
        yield self._in_namespace, pod.namespace
        if pod.node:
            yield self._on_node, pod.node
        if pod.pool:
            yield self._in_pool, pod.pool

    def _parts(self, pod: PodRecord) -> Iterable[dict[str, PodRecord]]:
        if pod.waiting:
            yield self._waiting
        if any(not rule.attract for rule in pod.shape.rules):
            yield self._repelling
        if pod.doubt:
            yield self._doubtful


def draws(pod: PodRecord) -> bool:
    """Whether it has GPUs or a reservation, or might have any."""
    return bool(pod.shape.gpu_units or pod.reservation or pod.shape.unknown_draw)


def _use_of(pods: Collection[PodRecord]) -> NodeUse:
    cpu = memory = ephemeral = slots = units = 0
    extended: dict[str, int] = {}
    work: dict[Workload | None, int] = {}
    reserved = []
    for pod in pods:
        requests, of_pod = pod.shape.requests, pod.shape.gpu_units
        cpu += requests.cpu_milli
        memory += requests.memory
        ephemeral += requests.ephemeral
        slots += requests.pods
        units += of_pod
        for name, count in requests.extended:
            extended[name] = extended.get(name, 0) + count
        if pod.reservation is not None:
            reserved.append((of_pod, pod.reservation.load))
        if draws(pod):
            work[pod.shape.workload] = work.get(pod.shape.workload, 0) + of_pod
    taken = Resources(cpu, memory, ephemeral, slots, tuple(sorted(extended.items())))
    unknown = any(pod.shape.unknown_draw for pod in pods)
    return NodeUse(taken, units, tuple(reserved), unknown, tuple(work.items()))
