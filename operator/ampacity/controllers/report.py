"""What a cycle found that people should be told, as values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ampacity.cluster.marks import Stuck
from ampacity.controllers.accepted import Verdict
from ampacity.controllers.pools.current import DeploymentRecord
from ampacity.controllers.pools.fleet import Fleet, PoolPlaces
from ampacity.controllers.pools.following import Course
from ampacity.controllers.pools.reading import PoolScene
from ampacity.controllers.pools.refusals import Refused
from ampacity.controllers.scene import Scene
from ampacity.controllers.status.following import Following
from ampacity.controllers.status.pool import PoolView, SitePlaces
from ampacity.controllers.status.serving import Trouble
from ampacity.core.ledger import VIRTUAL, Ledger
from ampacity.core.plan import Plan, Reason, Refusal
from ampacity.core.site import Site
from ampacity.core.snapshot import Snapshot
from ampacity.translate.models.records import Model
from ampacity.translate.pools.template import deployment_name
from ampacity.translate.records import PodRecord, Profile
from ampacity.translate.serving.origins import Origins, Standing
from ampacity.translate.snapshot.waiting import pod_waiter
from ampacity.translate.telemetry import told

_OTHER_GATES = "its other scheduling gates must be removed first; then it is given power"


@dataclass(frozen=True, slots=True)
class CycleReport:
    """Values only: nothing of it changes after the cycle.

    `waiting`: pods that wait, and why. `unmarked`: pods with a place whose condition does not say so.
    `stuck`: pods with a place that no scheduler binds, and that are left alone.
    `in_force`: accelerator profiles.
    """

    envelopes: tuple[Verdict[Site], ...]
    profiles: tuple[Verdict[Profile], ...]
    pools: tuple[tuple[PoolScene, PoolView], ...]
    waiting: tuple[tuple[PodRecord, Refusal], ...]
    unmarked: tuple[PodRecord, ...]
    snapshot: Snapshot
    refusals: tuple[Refusal, ...]
    ledger: Ledger
    adopted: int
    stuck: tuple[Stuck, ...] = ()
    models: tuple[Verdict[Model], ...] = ()
    in_force: tuple[Profile, ...] = ()

    def unreached(self, troubles: Mapping[str, tuple[Trouble, ...]]) -> CycleReport:
        """The same with what keeps users from reaching pools, by the uid of those."""
        told = [(pool, troubles.get(pool.obj["metadata"]["uid"], ()), view) for pool, view in self.pools]
        return replace(self, pools=tuple((pool, replace(view, unreached=some)) for pool, some, view in told))


def report_of(
    scene: Scene,
    fleet: Fleet,
    snapshot: Snapshot,
    decisions: Plan,
    ledger: Ledger,
    trouble: Mapping[str, str],
    refused: Iterable[Refused] = (),
) -> CycleReport:
    """`trouble`: Deployments that could not be written for now, by "namespace/name", and why; `refused`:
    those that the API server does not take."""
    pods = scene.pods
    refusals = (*decisions.refusals, *_hindered(scene))
    waiting = tuple((pods[r.waiter.uid], r) for r in refusals if r.waiter.uid in pods)
    return CycleReport(
        envelopes=scene.envelopes,
        profiles=scene.profile_verdicts,
        pools=tuple(_pools(scene, fleet, decisions, ledger, trouble, tuple(refused))),
        waiting=waiting,
        unmarked=scene.unmarked,
        snapshot=snapshot,
        refusals=refusals,
        ledger=ledger,
        adopted=scene.adopted,
        models=scene.model_verdicts,
        in_force=scene.profiles,
    )


def _hindered(scene: Scene) -> Iterator[Refusal]:
    """Pods that wait for their owners, before any plan."""
    for pod in scene.index.waiting():
        if pod.terminating or pod.plannable:
            continue
        waiter = pod_waiter(pod, pod.shape, None)
        if pod.obstacle:
            yield Refusal(waiter, Reason.NOT_BINDABLE, pod.obstacle)
        else:
            yield Refusal(waiter, Reason.OTHER_GATES, _OTHER_GATES)


def _pools(
    scene: Scene,
    fleet: Fleet,
    decisions: Plan,
    ledger: Ledger,
    trouble: Mapping[str, str],
    refused: Sequence[Refused],
) -> Iterator[tuple[PoolScene, PoolView]]:
    refusals = _by_pool(scene, decisions.refusals)
    deployments: dict[str, dict[str, DeploymentRecord]] = {}
    for deployment in scene.deployments:
        deployments.setdefault(deployment.pool, {})[deployment.site] = deployment
    measured = told(scene.readings)
    for places in fleet.places(ledger):
        key = places.pool.key
        view = _view(places, deployments.get(key, {}), refusals.get(key, ()), trouble)
        if places.course is not None:
            view = _followed(view, places, places.course, scene)
        whys = tuple(one.why for one in refused if one.is_of(places.pool.obj["metadata"]))
        yield places.pool, replace(view, refused=whys, telemetry=measured.get(key, ()))
    for pool in scene.pools:
        if pool.record is None:
            view = _unreadable(pool, deployments.get(pool.key, {}))
            yield pool, replace(view, telemetry=measured.get(pool.key, ()))


def _view(
    places: PoolPlaces,
    deployments: Mapping[str, DeploymentRecord],
    refusals: tuple[Refusal, ...],
    trouble: Mapping[str, str],
) -> PoolView:
    metadata = places.pool.obj["metadata"]
    record = places.pool.record
    at_sites = []
    failures = [d.failure for d in deployments.values() if d.failure]
    for site, tally in places.counts.items():
        deployment = deployments.get(site)
        at_sites.append(SitePlaces(site, tally.placed, deployment.ready if deployment else 0))
        failed = trouble.get(f"{metadata['namespace']}/{deployment_name(metadata['name'], site)}")
        failures += [failed] if failed else []
    return PoolView(
        name=metadata["name"],
        generation=metadata["generation"],
        desired=record.replicas if record else 0,
        places=tuple(at_sites),
        refusals=refusals,
        failures=tuple(failures),
        outdated=sum(deployment.outdated(places.pool.digest) for deployment in deployments.values()),
        orphaned=places.orphaned,
    )


def _followed(view: PoolView, places: PoolPlaces, course: Course, scene: Scene) -> PoolView:
    """The same of a pool whose sites distribution decides."""
    record = places.pool.record
    assert record is not None and record.wish is not None
    ready = {site: one.ready for site, one in course.replicas.items()}
    sites = {v.obj["metadata"]["name"]: v.value for v in scene.envelopes if v.value is not None}
    standing = Standing(record, ready, sites, scene.namespaces, course.targets, frozenset(scene.closed))
    demand = record.wish.demand
    following = Following(course.targets, ready, Origins(standing).split, demand)
    problems = course.targets.problems if course.targets else ()
    return replace(
        view,
        desired=following.wanted if demand else view.desired,
        places=tuple(replace(one, ready=ready[one.site]) for one in view.places),
        problems=problems,
        following=following,
        closed=scene.closed,
    )


def _unreadable(pool: PoolScene, deployments: Mapping[str, DeploymentRecord]) -> PoolView:
    """A refused pool: what it has stays as it is."""
    metadata = pool.obj["metadata"]
    return PoolView(
        name=metadata["name"],
        generation=metadata["generation"],
        desired=(pool.obj.get("spec") or {}).get("replicas", 0),
        places=tuple(SitePlaces(d.site, d.replicas, d.ready) for d in deployments.values()),
        problems=pool.problems,
    )


def _by_pool(scene: Scene, refusals: tuple[Refusal, ...]) -> dict[str, tuple[Refusal, ...]]:
    found: dict[str, list[Refusal]] = {}
    for refusal in refusals:
        uid = refusal.waiter.uid
        pod = scene.pods.get(uid)
        key = "/".join(uid.split("/")[1:3]) if uid.startswith(VIRTUAL) else (pod.pool if pod else "")
        if key:
            found.setdefault(key, []).append(refusal)
    return {key: tuple(some) for key, some in found.items()}


def waiting_by_reason(report: CycleReport) -> Counter[Reason]:
    """How many wait for what."""
    return Counter(refusal.reason for refusal in report.refusals)
