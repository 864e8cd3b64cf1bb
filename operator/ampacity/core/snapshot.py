"""One consistent view of the fleet: what the planner sees, and all it sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ampacity.core.load import NOTHING, Load, NodeDraw
from ampacity.core.rows import SiteRows
from ampacity.core.workload import Workload


@dataclass(frozen=True, slots=True)
class Resources:
    """What a pod asks of a node, or a node offers: exact integers.

    `extended` holds every countable resource (GPUs, MIG slices, NICs, and the ports
    of nodes: see `ports`) by name, sorted, so that equal requests are equal values.
    """

    cpu_milli: int = 0
    memory: int = 0
    ephemeral: int = 0
    pods: int = 1
    extended: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Taint:
    """A node taint of effect NoSchedule or NoExecute (PreferNoSchedule never refuses)."""

    key: str
    value: str
    effect: str


@dataclass(frozen=True, slots=True)
class Toleration:
    """A pod's toleration; empty `key` with operator Exists tolerates everything."""

    key: str
    operator: str
    value: str
    effect: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """One match expression: In, NotIn, Exists, DoesNotExist, Gt, Lt.

    As a node-selector term, key "metadata.name" with `field` true is a matchFields entry.
    """

    key: str
    operator: str
    values: tuple[str, ...] = ()
    field: bool = False


Work = tuple[tuple[Workload | None, int], ...]
"""GPU units, or mW, by class of work (None: nobody can say which), each class once."""

NodeTerm = tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class PodSelector:
    """Pods by labels in given namespaces (empty: the pod's own; "*": all). All requirements must hold."""

    requirements: tuple[Requirement, ...]
    namespaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AntiAffinity:
    """Required inter-pod rule over `topology_key`; `attract` true is required pod affinity."""

    selector: PodSelector
    topology_key: str
    attract: bool = False


@dataclass(frozen=True, slots=True)
class Spread:
    """A hard topology spread constraint (whenUnsatisfiable: DoNotSchedule)."""

    selector: PodSelector
    topology_key: str
    max_skew: int
    min_domains: int = 1


@dataclass(frozen=True, slots=True)
class Shape:
    """Everything that decides where a pod may run, hashable: equal pods share one shape.

    `node_terms`: ORed terms of required node affinity, nodeSelector already
    merged in (each term is ANDed); empty means any node. `volume_terms`: one
    tuple of ORed terms per bound volume, all of which must hold.
    `sites`: allowed sites, best first (empty: any, in name order).
    `accelerators`: allowed profiles, best first (empty: any).
    `must_survive`: domain types whose single failure the rack must survive.
    `unknown_draw`: why nobody can say what such a pod draws, as a sentence. It is
    placed nowhere; where one is already, its node counts at its maximum. `barred`: why
    no site may take it, as a sentence; `sites` then names none. `workload`: its class of work,
    None where nobody can say: then it counts as each of them.
    """

    namespace: str
    requests: Resources
    gpu_units: int
    labels: tuple[tuple[str, str], ...] = ()
    node_terms: tuple[NodeTerm, ...] = ()
    volume_terms: tuple[tuple[NodeTerm, ...], ...] = ()
    tolerations: tuple[Toleration, ...] = ()
    rules: tuple[AntiAffinity, ...] = ()
    spread: tuple[Spread, ...] = ()
    sites: tuple[str, ...] = ()
    accelerators: tuple[str, ...] = ()
    must_survive: frozenset[str] = frozenset()
    unknown_draw: str = ""
    barred: str = ""
    workload: Workload | None = Workload.INFERENCE


@dataclass(frozen=True, slots=True)
class Waiter:
    """A pod that waits for watts, or a replica of a pool that has no pod yet.

    `uid` is the pod's UID, or "replica/<namespace>/<pool>/<index>" for a pool
    replica without a pod. `since` (integer, any epoch) orders waiters of equal
    priority: that of the controller's first request. `hold`: the node a hold
    already keeps for it (its watts are counted in the snapshot's node). `batch`: it
    comes after all others of its priority.
    """

    uid: str
    name: str
    shape: Shape
    priority: int = 0
    since: int = 0
    controller: str = ""
    resource_version: str = ""
    hold: str | None = None
    batch: bool = False


@dataclass(frozen=True, slots=True)
class Resident:
    """A pod (or hold) that is on a node already, as far as rules over other pods need it."""

    namespace: str
    labels: tuple[tuple[str, str], ...]
    node: str
    rules: tuple[AntiAffinity, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeView:
    """A node as the planner sees it.

    `rack` None: the node belongs nowhere and admits nothing. `draw` None: no
    profile could be found even by the worst-known rule; admits nothing.
    `load`: all that this node is charged now (its maximum while not `trusted`);
    it includes holds. `units`: GPU units in use or held, which decides what the next
    one adds. `free`: allocatable less what its pods and holds take.
    `admits`: Ready, trusted and not cordoned. `why_not` says why not, in words. `work`: `units` by
    class; a class is named, with 0 units, also where nobody can say what its pods draw.
    """

    name: str
    site: str
    rack: str | None
    profile: str
    draw: NodeDraw | None
    load: Load
    units: int
    allocatable: Resources
    free: Resources
    admits: bool
    why_not: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    work: Work = ()


@dataclass(frozen=True, slots=True)
class SiteView:
    """A site's constraint system and the load on each rack that no NodeView carries.

    `unlisted`: per rack, load of listed nodes that have no Node object (charged
    at maximum). Rack base loads are inside `rows` already. `unseen`: the most that pods of each
    class may draw on machines that no NodeView carries, mW.
    """

    rows: SiteRows
    unlisted: Mapping[str, Load] = field(default_factory=dict)
    admits: bool = True
    why_not: str = ""
    unseen: Work = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Something in doubt that the snapshot counts on the safe side: which object, why, in words.

    `kind`: Node, Pod or Rack; `reason`: stable, for conditions and metrics.
    """

    kind: str
    name: str
    reason: str
    sentence: str
    site: str = ""
    rack: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one planning cycle works on. Sites and nodes by name; waiters in any order.

    `notes`: all that is in doubt, for the people who can settle it.
    """

    sites: Mapping[str, SiteView]
    nodes: tuple[NodeView, ...]
    waiters: tuple[Waiter, ...]
    residents: tuple[Resident, ...] = ()
    notes: tuple[Note, ...] = ()

    def rack_loads(self, site: str) -> dict[str, Load]:
        """Charged load per rack of `site`, mW: nodes, holds and unlisted nodes."""
        loads = dict(self.sites[site].unlisted)
        for node in self.nodes:
            if node.site == site and node.rack is not None:
                loads[node.rack] = loads.get(node.rack, NOTHING) + node.load
        return loads
