"""Distribution of a fleet drawn from a seed: 200 sites x 100 pools x 20 regions x 3 accelerators.

Decided from nothing, with whole replicas, against the bound of the relaxation; then after one change (a
pool's demand grows by a half; a site loses a third of its power), and as a whole once more with all that runs
when half of the regions ask for a tenth more. The same where power is short: demand that only just fits as
fractions, and half as much again. Growth: a quarter and a half of the sites and pools.
`distribution_day` compares with simple rules on real traffic.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ampacity.core.distribution import Decision, decide, follow, report
from ampacity.core.distribution.model import Demand, Pool, SiteRoom, Task
from tests.benchmarks.distribution_day import day
from tests.benchmarks.measure import Measurement, milliseconds
from tests.builders.distribution import Size, world

FULL, QUICK = Size(load=0.15), Size(20, 10, 5, load=0.15)
SCARCE = (0.65, 1.0)  # parts of all GPUs' capacity: all power there is, and far more
TIME_LIMIT, CHANGE_LIMIT, GAP_LIMIT = 2000.0, 300.0, 1.0


def run(quick: bool) -> list[Measurement]:
    """All figures; `quick` takes a tenth of the fleet once."""
    size, repeats = (QUICK, 1) if quick else (FULL, 3)
    return [
        *_decided(size, repeats),
        *(figure for load in SCARCE for figure in _decided(replace(size, load=load), repeats)),
        *day(quick),
    ]


def _decided(size: Size, repeats: int) -> list[Measurement]:
    """From nothing, and after one change; where there is plenty also how it grows."""
    task = world(size)
    base, decision = _timed(task, size, repeats, TIME_LIMIT), decide(task)
    grown = [_grown(size, divisor, repeats, base) for divisor in (4, 2)] if size.load not in SCARCE else []
    again = _again(decision, task, size, repeats)
    return [base, *_gaps(decision, size), *_changes(decision, task, size, repeats), again, *grown]


def _name(size: Size) -> str:
    short = f", load {size.load:g}" if size.load in SCARCE else ""
    return f"distribution: {size.sites} sites, {size.pools} pools, {size.regions} regions{short}"


def _timed(task: Task, size: Size, repeats: int, limit: float | None = None) -> Measurement:
    subject = partial(decide, task)
    return Measurement(_name(size), milliseconds(subject, repeats), "ms", limit=limit, subject=subject)


def _gaps(decision: Decision, size: Size) -> list[Measurement]:
    """How far from the relaxation, percent."""
    found = report(decision)
    served = max(0.0, 100 * (1 - found.score.gpus / found.bound.gpus))
    latency = 100 * (found.score.latency_ms / found.bound.latency_ms - 1)
    return [
        Measurement(f"{_name(size)}: served less than the bound", served, "%", limit=GAP_LIMIT),
        Measurement(
            f"{_name(size)}: latency above the bound",
            latency,
            "%",
            limit=None if size.load in SCARCE else GAP_LIMIT,
        ),
    ]


def _changes(decision: Decision, task: Task, size: Size, repeats: int) -> list[Measurement]:
    first = task.pools[0]
    more = tuple([replace(one, requests=one.requests * 1.5) for one in first.demand])
    demand = replace(task, pools=(replace(first, demand=more), *task.pools[1:]))
    power = replace(task, sites=(*task.sites[:-1], _weaker(task.sites[-1])))
    return [
        _changed(f"{_name(size)}: a pool's demand grows", decision, demand, repeats),
        _changed(f"{_name(size)}: a site loses power", decision, power, repeats),
    ]


def _again(decision: Decision, task: Task, size: Size, repeats: int) -> Measurement:
    """As a whole, with the replicas that run, when every other region of a pool asks for a tenth more."""
    pools = tuple([replace(pool, demand=_every_other_more(pool)) for pool in task.pools])
    subject = partial(decide, replace(task, pools=pools, current=dict(report(decision).replicas)))
    return Measurement(
        f"{_name(size)}: as a whole, with what runs", milliseconds(subject, repeats), "ms", subject=subject
    )


def _every_other_more(pool: Pool) -> tuple[Demand, ...]:
    return tuple(
        [replace(one, requests=one.requests * (1.1 if at % 2 else 1.0)) for at, one in enumerate(pool.demand)]
    )


def _changed(name: str, before: Decision, after: Task, repeats: int) -> Measurement:
    subject = partial(follow, before, after)
    return Measurement(name, milliseconds(subject, repeats), "ms", limit=CHANGE_LIMIT, subject=subject)


def _weaker(site: SiteRoom) -> SiteRoom:
    limits = [replace(one, most=one.most * 2 // 3) if one.unit else one for one in site.limits]
    return replace(site, limits=tuple(limits))


def _grown(size: Size, divisor: int, repeats: int, base: Measurement) -> Measurement:
    part = replace(size, sites=size.sites // divisor, pools=size.pools // divisor)
    smaller = _timed(world(part), part, repeats)
    return Measurement(smaller.name, smaller.value, "ms", base.name, smaller.value / base.value)
