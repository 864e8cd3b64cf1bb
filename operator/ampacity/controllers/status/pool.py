"""Status of a GPUInferencePool: what has a place, what is ready, what waits where and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ampacity import names
from ampacity.apis import Condition
from ampacity.apis.gpu_inference_pool import MAX_SITES, PoolSiteStatus, PoolStatus
from ampacity.apis.pool_telemetry import RegionTelemetry
from ampacity.controllers.status.conditions import condition, listed, shortened, stalled
from ampacity.controllers.status.following import Following, demand_conditions, regions, steering
from ampacity.controllers.status.serving import Trouble, serving_conditions
from ampacity.controllers.status.undecided import DECIDING
from ampacity.core.distribution.eligibility import Bar
from ampacity.core.plan import Reason, Refusal, SiteReason
from ampacity.core.sentences import no_envelope
from ampacity.core.site import Problem

_SENTENCE = 1_000


@dataclass(frozen=True, slots=True)
class SitePlaces:
    """Replicas of a pool at one site that have a place, and those of them that serve."""

    site: str
    placed: int
    ready: int


@dataclass(frozen=True, slots=True)
class PoolView:
    """What the status of one pool is made of.

    `refusals`: of its replicas and waiting pods. `failures`: what keeps a
    Deployment from creating pods that have a place; `refused`: what the API server
    says against a Deployment itself. `outdated`: pods of an earlier
    template. `orphaned`: sites where it runs and that have no envelope in force. `telemetry`: demand
    as measured. `unreached`: what keeps users from reaching it. `following`: of a pool whose
    sites distribution decides; `closed`: sites that it took nothing of, and why.
    """

    name: str
    generation: int
    desired: int
    places: tuple[SitePlaces, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    problems: tuple[Problem, ...] = ()
    failures: tuple[str, ...] = ()
    invalid: str = "InvalidSpec"
    outdated: int = 0
    orphaned: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    telemetry: tuple[RegionTelemetry, ...] = ()
    unreached: tuple[Trouble, ...] = ()
    following: Following | None = None
    closed: Mapping[str, str] = field(default_factory=dict)

    @property
    def placed(self) -> int:
        return sum(places.placed for places in self.places)

    @property
    def ready(self) -> int:
        return sum(places.ready for places in self.places)

    @property
    def waiting(self) -> int:
        return max(0, self.desired - self.placed)

    @property
    def moving(self) -> tuple[str, ...]:
        """Sites where there are not as many replicas as belong there, in words."""
        placed = {places.site: places.placed for places in self.places}
        return self.following.moving(placed) if self.following else ()


def pool_status(view: PoolView) -> PoolStatus:
    """The whole status. Nothing that waits goes without a reason."""
    sites = _sites(view)
    return PoolStatus(
        observed_generation=view.generation,
        desired=view.desired,
        replicas=view.placed,
        ready_replicas=view.ready,
        waiting=view.waiting,
        selector=f"{names.POOL}={view.name}",
        sites=sites[:MAX_SITES],
        sites_omitted=max(0, len(sites) - MAX_SITES) or None,
        telemetry=list(view.telemetry),
        steering=steering(view.following) if view.following else [],
        regions=regions(view.following) if view.following else [],
        conditions=[
            *_conditions(view),
            *(demand_conditions(view.following, view.generation) if view.following else ()),
            *_stale(view),
            *serving_conditions(view.unreached, view.generation),
        ],
    )


def _sites(view: PoolView) -> list[PoolSiteStatus]:
    """Sites with places first, then those that were tried, each with its reason."""
    places = {p.site: p for p in view.places if p.placed or p.ready}
    reasons, counts = _refused_at(view.refusals)
    decided = view.following.targets if view.following else None
    wanted = decided.by_site if decided is not None else None
    found = []
    for site in dict.fromkeys([*places, *(wanted or ()), *reasons]):
        at, why = places.get(site), reasons.get(site)
        reason, message = _why(why, view.closed.get(site))
        found.append(
            PoolSiteStatus(
                site=site,
                target=wanted[site] if wanted is not None else None,
                placed=at.placed if at else 0,
                ready=at.ready if at else 0,
                waiting=counts[site],
                reason=reason,
                message=message,
            )
        )
    return found


def _why(refused: SiteReason | None, closed: str | None) -> tuple[str | None, str | None]:
    """Why nothing more is placed at a site, as a word and a sentence."""
    if closed:
        return Bar.CLOSED.value, closed
    if refused is None:
        return None, None
    return refused.reason.value, shortened(refused.sentence, _SENTENCE)


def _refused_at(refusals: Iterable[Refusal]) -> tuple[dict[str, SiteReason], Counter[str]]:
    """Per site, why the first replica there waits, and how many do."""
    reasons: dict[str, SiteReason] = {}
    counts: Counter[str] = Counter()
    for refusal in refusals:
        for why in refusal.sites:
            reasons.setdefault(why.site, why)
            counts[why.site] += 1
    return reasons, counts


def _conditions(view: PoolView) -> list[Condition]:
    generation = view.generation
    if view.problems:
        trouble = listed(str(problem) for problem in view.problems)
        return [
            condition("Ready", False, view.invalid, trouble, generation=generation),
            condition("Reconciling", False, view.invalid, generation=generation),
            stalled(view.problems, generation, view.invalid),
        ]
    reason, message = _progress(view)
    done = reason == "AllReady"
    ready = done or reason == "Moving"
    waiting = [condition("Waiting", True, reason, message, generation=generation)] if view.waiting else []
    return [
        condition("Ready", ready, reason, message, generation=generation),
        condition("Reconciling", not (done or view.refused), reason, message, generation=generation),
        stalled(view.refused, generation, Reason.REFUSED.value),
        *waiting,
        *_without_envelope(view),
    ]


def _without_envelope(view: PoolView) -> list[Condition]:
    if not view.orphaned:
        return []
    told = f"{_orphaned(view)}: what runs there stays, and nothing is added or replaced until one is applied"
    return [condition("SiteUnknown", True, Reason.NO_ENVELOPE.value, told, generation=view.generation)]


def _stale(view: PoolView) -> list[Condition]:
    """Whether demand is planned with that is no longer what is measured."""
    missing = [one for one in view.telemetry if one.stale]
    if not missing:
        return []
    what = listed(f"{one.region}: {_kept(one)} ({one.message})" for one in missing)
    return [condition("TelemetryStale", True, "NoAnswer", what, generation=view.generation)]


def _kept(one: RegionTelemetry) -> str:
    if one.requests_per_second is None:
        return "nothing was measured yet, and the stated requestsPerSecond counts alone"
    since = f", measured at {one.at}," if one.at else ""
    return f"the last {one.requests_per_second:g} requests/s{since} count on"


def _orphaned(view: PoolView) -> str:
    return listed(no_envelope(site) for site in view.orphaned)


def _progress(view: PoolView) -> tuple[str, str]:
    """The one reason that matters most, as a word and a sentence."""
    if view.refused:
        return Reason.REFUSED.value, listed(view.refused)
    if view.following is not None and view.following.targets is None:
        return DECIDING, "it is being decided where its replicas belong; what runs stays as it is"
    if view.waiting:
        return _why_waiting(view)
    if view.failures:
        return "PodsNotCreated", listed(view.failures)
    if view.outdated:
        return "Replacing", _replacing(view)
    if view.ready < view.desired:
        return "Starting", f"{view.ready} of {view.desired} replicas are ready"
    if view.moving:
        return "Moving", f"{view.ready} of {view.desired} replicas are ready; {listed(view.moving)}"
    return "AllReady", f"{view.ready} of {view.desired} replicas are ready"


def _replacing(view: PoolView) -> str:
    counted = f"{view.outdated} of {view.desired} replicas are of an earlier template"
    if not view.refusals:
        return f"{counted} and are being replaced"
    return f"{counted} and stay until their successors have a place: {view.refusals[0].sentence}"


def _why_waiting(view: PoolView) -> tuple[str, str]:
    counted = f"{view.waiting} of {view.desired} replicas wait"
    if view.orphaned and not any(why.site for refusal in view.refusals for why in refusal.sites):
        return Reason.NO_ENVELOPE.value, f"{counted}: {_orphaned(view)}"
    if view.refusals:
        return view.refusals[0].reason.value, f"{counted}: {view.refusals[0].sentence}"
    if view.following is not None and view.following.short:
        short = view.following.short[0]
        return short.cause.reason.value, short.sentence
    return "Placing", f"{counted} for the next placement cycle"
