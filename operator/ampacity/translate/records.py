"""Lean records of Kubernetes objects: what the planner needs of nodes and pods, nothing else.

The operator's watches decode straight into these; the CLI makes them from
files. Both then build the same `World`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ampacity.core.distribution.model import Pool as Wish
from ampacity.core.distribution.targets import Targets
from ampacity.core.ledger import Ledger
from ampacity.core.load import Load
from ampacity.core.residency import ANYWHERE, Namespaces, Residency
from ampacity.core.site import Site
from ampacity.core.snapshot import NodeTerm, Resources, Shape, Taint


@dataclass(frozen=True, slots=True)
class NodeRecord:
    """A Node object. `ready` is its Ready condition being True.

    `devices`: all countable resources it has, also unhealthy ones that it does not
    offer at present; () where it does not say. `doubt`: why it cannot be read, as a sentence.
    """

    name: str
    uid: str
    resource_version: str
    labels: Mapping[str, str]
    taints: tuple[Taint, ...]
    allocatable: Resources
    ready: bool
    unschedulable: bool
    devices: tuple[tuple[str, int], ...] = ()
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Reservation:
    """What the reservation annotation on a granted pod says."""

    site: str
    rack: str
    node: str
    profile: str
    load: Load
    generation: int


@dataclass(frozen=True, slots=True)
class PinPoint:
    """What a patch must know of a pod to pin it to a node: which parts exist already.

    `terms`: number of matchFields in each required node-affinity term, -1 for
    an empty term (which matches nothing and must stay so); () when there is no
    required node affinity. `parents`: how many of affinity, nodeAffinity and
    requiredDuringSchedulingIgnoredDuringExecution exist.
    """

    parents: int = 0
    terms: tuple[int, ...] = ()
    annotations: bool = False


class Lane(StrEnum):
    """How a grant reaches a pod."""

    GATE = "Gate"  # our gate goes and the node is pinned; any scheduler binds the pod then
    BINDING = "Binding"  # the pod names us as its scheduler; the grant is its binding itself


@dataclass(frozen=True, slots=True)
class PodRecord:
    """A pod that is not terminal. `node`: spec.nodeName, or the node its grant pinned it to.

    `waiting`: no grant has reached it yet, and one may, in its `lane`; `other_gates`: gates
    stand in a grant's way that are not ours to remove; `obstacle`: what else does, as a sentence.
    `powered`: its ampacity.io/Powered condition (status, reason, message) or None.
    `pool`: "namespace/name" for a pool's pods. `claims`: names of its PersistentVolumeClaims.
    `scheduler`: why its scheduler has not bound it, as that says; only once a grant has reached it.
    `doubt`: what could not be read or is not known of it, as a sentence. `grace`: seconds that it
    has to end, once it is terminating.
    """

    uid: str
    namespace: str
    name: str
    resource_version: str
    shape: Shape
    priority: int
    created: int
    controller: str
    node: str
    bound: bool
    waiting: bool
    other_gates: bool
    gate_index: int
    terminating: bool
    phase: str
    reservation: Reservation | None = None
    powered: tuple[str, str, str] | None = None
    pool: str = ""
    since: int = 0
    pin: PinPoint = field(default_factory=PinPoint)
    claims: tuple[str, ...] = ()
    doubt: str = ""
    lane: Lane = Lane.GATE
    obstacle: str = ""
    scheduler: str = ""
    grace: int = 0

    @property
    def plannable(self) -> bool:
        """Whether it waits and nothing but our grant is missing."""
        return self.waiting and not (self.other_gates or self.obstacle or self.terminating)


@dataclass(frozen=True, slots=True)
class PoolRecord:
    """A pool as the planner needs it: the shape of one replica (sites unset) and how many.

    `tiers` in order of preference; `site_labels`: labels a site must carry.
    `templates`: whatever the Deployment needs is not here; see `controllers`.
    `deployed`: replicas that the pool's Deployments ask for together. `residency`: where
    they may run, as the pool says. `wish`: what distribution is asked for it; None where
    the pool leaves its sites to be filled in their order. `deployed_at`: `deployed` by
    site, for pools with a wish.
    """

    namespace: str
    name: str
    uid: str
    generation: int
    created: int
    replicas: int
    priority: int
    shape: Shape
    tiers: tuple[str, ...]
    site_labels: Mapping[str, str] = field(default_factory=dict)
    deployed: int = 0
    residency: Residency | None = None
    wish: Wish | None = None
    deployed_at: Mapping[str, int] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """ "namespace/name"."""
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class NamespaceRecord:
    """A Namespace. `residency`: what it allows; None where it says nothing."""

    name: str
    uid: str
    resource_version: str
    residency: Residency | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """An AcceleratorProfile as core figures (mW): how to know a node's GPUs, and what they draw.

    `resources`: countable resource names (nvidia.com/gpu, nvidia.com/mig-*...; fnmatch patterns).
    `products`: accepted values or fnmatch patterns of the product label, lower case.
    `machines`: accepted patterns of the machine label or instance type; empty: any machine.
    `match_labels`: further labels that must be equal. `family`: the accelerator's short
    name, which a pool may use for all profiles that share it. `deleted`: its object is
    gone, and these are the last figures that were accepted.
    """

    name: str
    generation: int
    resources: tuple[str, ...]
    products: tuple[str, ...]
    machines: tuple[str, ...]
    match_labels: Mapping[str, str]
    gpus: int
    tdp: int
    idle: int
    host: int
    maximum: int
    air_idle: int
    air_maximum: int
    needs_liquid: bool
    supplies: tuple[int, int] | None
    announced: bool = False
    family: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """Everything at one moment. `build_snapshot(world)` is a pure function of it.

    `sites`: the accepted generation of each envelope (possibly older than its newest).
    `volumes`: node affinity of bound volumes by "namespace/claim": ORed terms.
    `namespaces`: where each allows its pods to run. `targets`: what distribution decided, by
    "namespace/name" of pools.
    """

    sites: Mapping[str, Site]
    profiles: tuple[Profile, ...]
    nodes: tuple[NodeRecord, ...]
    pods: tuple[PodRecord, ...]
    pools: tuple[PoolRecord, ...] = ()
    ledger: Ledger = field(default_factory=Ledger)
    volumes: Mapping[str, tuple[NodeTerm, ...]] = field(default_factory=dict)
    namespaces: Namespaces = ANYWHERE
    targets: Mapping[str, Targets] = field(default_factory=dict)
