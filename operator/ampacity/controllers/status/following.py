"""Status of a pool whose sites distribution decides: whom it serves from where, what not, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ampacity.apis import Condition
from ampacity.apis.pool_regions import MAX_STOPS, RegionService, RegionSteering, SteeringStop
from ampacity.controllers.status.conditions import condition, listed, shortened
from ampacity.core.distribution.answer import Unserved
from ampacity.core.distribution.model import Demand
from ampacity.core.distribution.present import served_now
from ampacity.core.distribution.targets import Targets
from ampacity.translate.serving.origins import Split

_SENTENCE = 1_000


@dataclass(frozen=True, slots=True)
class Following:
    """What is known of it. `targets`: None until the first decision; `ready` by site; `split`: where the
    requests of a region go now; `demand` as asked."""

    targets: Targets | None = None
    ready: Mapping[str, int] = field(default_factory=dict)
    split: Callable[[str], Split] = lambda _: Split()
    demand: tuple[Demand, ...] = ()

    @property
    def wanted(self) -> int:
        """Replicas over all sites that were decided."""
        return self.targets.by_site.total() if self.targets else 0

    @property
    def short(self) -> tuple[Unserved, ...]:
        """What is asked and can be placed nowhere."""
        return self.targets.unserved if self.targets else ()

    def moving(self, placed: Mapping[str, int]) -> tuple[str, ...]:
        """Sites that have fewer or more replicas than belong there, in words. `placed`: by site."""
        if self.targets is None:
            return ()
        wanted = self.targets.by_site
        sites = sorted({*wanted, *placed})
        return tuple(
            f"{site} has {placed.get(site, 0)}, {wanted[site]} belong there"
            for site in sites
            if placed.get(site, 0) != wanted[site]
        )


def steering(view: Following) -> list[RegionSteering]:
    """Regions in the order of the spec."""
    return [_steering(one.region, view.split(one.region)) for one in view.demand]


def regions(view: Following) -> list[RegionService]:
    """What each region gets."""
    if view.targets is None:
        return []
    short = {one.region: one for one in view.short}
    now = served_now(view.targets, view.demand, view.ready, lambda region: view.split(region).order)
    return [_region(one, now[one.region], short.get(one.region)) for one in view.demand]


def demand_conditions(view: Following, generation: int) -> list[Condition]:
    """DemandMet, for a pool with demand that was decided for."""
    if view.targets is None or view.targets.kept or not view.demand:
        return []
    if view.short:
        worst = max(view.short, key=lambda one: one.part)
        told = listed(one.sentence for one in view.short)
        return [condition("DemandMet", False, worst.cause.reason.value, told, generation=generation)]
    late = [one for one in regions(view) if one.served < one.requests_per_second * (1 - 1e-3)]
    if late:
        told = listed(map(_late, late))
        said = f"replicas have places and are not ready yet; {told}"
        return [condition("DemandMet", False, "Starting", said, generation=generation)]
    note = view.targets.note
    told = f"the replicas that are ready serve what is asked{'; ' + note if note else ''}"
    return [condition("DemandMet", True, "Served", told, generation=generation)]


def _steering(region: str, split: Split) -> RegionSteering:
    stops = [SteeringStop(site=site, weight=split.weights.get(site, 0)) for site in split.order[:MAX_STOPS]]
    return RegionSteering(region=region, sites=stops)


def _region(one: Demand, served: float, short: Unserved | None) -> RegionService:
    return RegionService(
        region=one.region,
        requests_per_second=_rounded(one.requests),
        served=_rounded(served),
        unserved=_rounded(short.amount) if short else 0.0,
        reason=short.cause.reason.value if short else None,
        message=shortened(short.sentence, _SENTENCE) if short else None,
    )


def _late(one: RegionService) -> str:
    return f"{one.region} is served {one.served:g} of {one.requests_per_second:g} requests/s"


def _rounded(requests: float) -> float:
    return float(f"{requests:.3g}")
