"""Everything one placement cycle works on, taken at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ampacity.controllers.accepted import Verdict
from ampacity.controllers.pools.current import DeploymentRecord
from ampacity.controllers.pools.reading import PoolScene
from ampacity.controllers.rejections import Rejected
from ampacity.core.distribution.targets import Targets
from ampacity.core.ledger import Ledger, Sighting
from ampacity.core.residency import ANYWHERE, Namespaces
from ampacity.core.site import Site
from ampacity.core.snapshot import NodeTerm
from ampacity.translate.models.records import Model
from ampacity.translate.records import NodeRecord, PodRecord, PoolRecord, Profile, World
from ampacity.translate.snapshot.usage import PodIndex
from ampacity.translate.telemetry import Readings


@dataclass(frozen=True, slots=True)
class Scene:
    """`index` is not touched until the next scene is taken. `profiles` is the same tuple until one changes.

    `adopted`: how many bound GPU pods have no reservation. `unmarked`: pods
    with a place whose condition does not say so. `unbound`: pods with a place that no
    scheduler has bound yet. `left`: pods that are gone, whose places are still to be
    dealt with; `owed`: how many of them each controller lacks; `rejected`: those that
    their kubelets refused. `leaving`: pools with a pod on its way out; `late`: uids of
    those that should be gone. `ages`: since when each controller has asked for power.
    `namespaces`: where each allows its pods to run. `readings`: demand as measured; what pools
    wish for has it already. `targets`: what distribution decided last, by pool; `closed`: sites
    that it took nothing of, as they are lost, and why.
    """

    envelopes: tuple[Verdict[Site], ...]
    profile_verdicts: tuple[Verdict[Profile], ...]
    profiles: tuple[Profile, ...]
    pools: tuple[PoolScene, ...]
    nodes: tuple[NodeRecord, ...]
    deployments: tuple[DeploymentRecord, ...]
    volumes: Mapping[str, tuple[NodeTerm, ...]]
    index: PodIndex
    adopted: int = 0
    unmarked: tuple[PodRecord, ...] = ()
    unbound: tuple[PodRecord, ...] = ()
    left: tuple[PodRecord, ...] = ()
    owed: Mapping[str, int] = field(default_factory=dict)
    rejected: tuple[Rejected, ...] = ()
    leaving: frozenset[str] = frozenset()
    late: frozenset[str] = frozenset()
    ages: Mapping[str, int] | None = None
    model_verdicts: tuple[Verdict[Model], ...] = ()
    namespaces: Namespaces = ANYWHERE
    readings: Readings = field(default_factory=dict)
    targets: Mapping[str, Targets] = field(default_factory=dict)
    closed: Mapping[str, str] = field(default_factory=dict)

    @property
    def pods(self) -> Mapping[str, PodRecord]:
        """All pods that have not ended, by uid."""
        return self.index.pods()

    def world(
        self,
        ledger: Ledger,
        asked: Mapping[str, int] | None = None,
        asked_at: Mapping[str, Mapping[str, int]] | None = None,
    ) -> World:
        """What the snapshot is built from; the pods are in `index`.

        `asked`: replicas that the Deployments of a pool will ask for soon, where that may be more than now;
        `asked_at`: the same by site, for pools whose sites were decided.
        """
        soon, soon_at = asked or {}, asked_at or {}
        return World(
            sites={v.obj["metadata"]["name"]: v.value for v in self.envelopes if v.value is not None},
            profiles=self.profiles,
            nodes=self.nodes,
            pods=(),
            pools=tuple(
                _asking(pool.record, soon.get(pool.key, 0), soon_at.get(pool.key))
                for pool in self.pools
                if pool.record is not None
            ),
            ledger=ledger,
            volumes=self.volumes,
            namespaces=self.namespaces,
            targets=self.targets,
        )


def _asking(record: PoolRecord, soon: int, soon_at: Mapping[str, int] | None) -> PoolRecord:
    """The pool with what its Deployments will ask for soon."""
    if soon_at is not None:
        record = replace(record, deployed_at=soon_at)
    return replace(record, deployed=soon) if soon > record.deployed else record


def sightings(pods: Mapping[str, PodRecord], ledger: Ledger) -> dict[str, Sighting]:
    """How the fence's pods were last seen."""
    return {
        entry.uid: Sighting(pod.resource_version, pod.waiting)
        for entry in ledger.fence
        if (pod := pods.get(entry.uid)) is not None
    }
