"""What distribution is asked for a pool, as far as its own spec and the profiles say.

What depends on the fleet comes later (`translate.distribution`): which regions are known, what the
namespace allows, and which of the variants are one to the planner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ampacity.apis import GPUInferencePool
from ampacity.apis.gpu_inference_pool import GPUInferencePoolSpec
from ampacity.apis.pool_demand import PoolDemand, PoolLatency, RegionDemand
from ampacity.apis.pool_placement import Placement, PoolSpread
from ampacity.core.distribution.model import Demand, Place, Pool, Residency, Spread, Variant
from ampacity.core.site import Problem
from ampacity.translate.models.matching import fits_by_name
from ampacity.translate.models.records import Fit, Model
from ampacity.translate.pools.serving import unknown_model
from ampacity.translate.records import PoolRecord, Profile
from ampacity.translate.residency import areas_of

ANY = "replica"
"""The only variant of a pool that names no accelerators."""

_PROFILE = "spec.demand.modelProfile"
Fits = Mapping[str, Fit]


def wish_of(
    pool: GPUInferencePool, record: PoolRecord, models: Iterable[Model], profiles: Sequence[Profile]
) -> tuple[Pool | None, tuple[Problem, ...]]:
    """What distribution is asked, None for a pool that fills its sites in their order; or what is wrong.

    `record`: the pool as the planner needs it; of `pool`, its spec with a template.
    """
    if not _distributed(pool.spec):
        return None, ()
    fits, problems = _fits(pool.spec, record, {model.name: model for model in models}, profiles)
    return (None if problems else _wish(pool.spec, record, fits)), problems


def _distributed(spec: GPUInferencePoolSpec) -> bool:
    """Does it say anything that only distribution can follow?"""
    placement = spec.placement or Placement()
    routed = spec.serving is not None and bool(spec.serving.gateways)
    return bool(spec.demand or placement.spread or routed) or placement.overflow is not None


def _fits(
    spec: GPUInferencePoolSpec, record: PoolRecord, models: Mapping[str, Model], profiles: Sequence[Profile]
) -> tuple[Fits, tuple[Problem, ...]]:
    """What a replica does on each accelerator; nobody needs to know it where replicas are counted."""
    named = tuple(dict.fromkeys(spec.accelerators or ()))
    profile = spec.model.profile if spec.model else spec.demand.model_profile if spec.demand else None
    if profile is None or profile not in models or not named:
        return {}, _no_figures(profile, models, named) if spec.demand else ()
    found = fits_by_name(models[profile], named, record.shape.gpu_units, profiles)
    missing = ", ".join(name for name, fit in found.items() if fit is None)
    fits = {name: fit for name, fit in found.items() if fit is not None}
    if not missing or not spec.demand:
        return fits, ()
    said = f"{profile} has no fit of {record.shape.gpu_units} GPUs on {missing}"
    return {}, (Problem(_PROFILE, said, "leave them out of accelerators, or add the fit to the profile"),)


def _no_figures(
    profile: str | None, models: Mapping[str, Model], named: Sequence[str]
) -> tuple[Problem, ...]:
    """Why nobody can say how many tokens a second a replica does."""
    if profile is None:
        said = "nothing says how many tokens a second a replica does"
        return (Problem(_PROFILE, said, "name a ModelProfile, or state replicas instead of demand"),)
    if profile not in models:
        return (unknown_model(_PROFILE, profile, models),)
    said = "must be named for a pool with demand, for they decide how much a replica does"
    there = ", ".join(dict.fromkeys(fit.accelerator for fit in models[profile].fits))
    return () if named else (Problem("spec.accelerators", said, f"{profile} fits {there}"),)


def _wish(spec: GPUInferencePoolSpec, record: PoolRecord, fits: Fits) -> Pool:
    placement, latency = spec.placement or Placement(), spec.latency or PoolLatency()
    demand = spec.demand
    return Pool(
        name=f"{record.namespace}/{record.name}",
        variants=tuple(_variants(spec, record, fits)),
        demand=tuple(map(_demand, demand.regions)) if demand else (),
        replicas=None if demand else spec.wanted,
        priority=record.priority,
        tiers=record.tiers,
        overflow=placement.overflow is not False,
        labels=record.site_labels,
        residency=tuple(_residency(record, demand)),
        max_rtt_ms=latency.round_trip_milliseconds,
        max_ttft_ms=latency.time_to_first_token_milliseconds,
        spread=_spread(placement.spread or PoolSpread()),
        utilisation=demand.utilization if demand else 1.0,
        weights=max((fit.weights for fit in fits.values()), default=0),
    )


def _variants(spec: GPUInferencePoolSpec, record: PoolRecord, fits: Fits) -> Iterable[Variant]:
    """One per accelerator, in the pool's order. The planner tells them apart by name until it has looked."""
    for name in dict.fromkeys(spec.accelerators or (ANY,)):
        fit = fits.get(name)
        yield fit.variant(name, name) if fit else Variant(name, name, max(1, record.shape.gpu_units))


def _demand(one: RegionDemand) -> Demand:
    place = Place(one.location.latitude, one.location.longitude) if one.location else None
    requests, cached = one.requests_per_second or 0.0, one.cache_hit_rate
    return Demand(one.region, requests, one.input_tokens, one.output_tokens, cached, place)


def _residency(record: PoolRecord, demand: PoolDemand | None) -> Iterable[Residency]:
    """Where replicas may run, and from where each region may be served."""
    run = None if record.residency is None else areas_of(record.residency)
    serve = {
        one.region: frozenset(one.served_from)
        for one in (demand.regions if demand else ())
        if one.served_from is not None
    }
    if run is not None or serve:
        yield Residency(run, serve)


def _spread(spread: PoolSpread) -> Spread:
    share = 1.0 if spread.max_share_percent is None else spread.max_share_percent / 100
    return Spread(spread.sites or 1, share, spread.survive_site_loss)
