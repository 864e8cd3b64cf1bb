"""Demand that changes, decided moment by moment as the operator would: values in, values out.

At each moment first what the change touches is decided again, then everything, as the operator does within
half a minute. What was decided before is what runs, and is left alone unless moving pays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ampacity.core.distribution.answer import Unserved
from ampacity.core.distribution.decide import Decision, decide
from ampacity.core.distribution.follow import follow
from ampacity.core.distribution.model import Choice, Pool, Task
from ampacity.core.distribution.outcome import PoolOutcome, outcomes
from ampacity.core.distribution.placer import Judge
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.report import report

Requests = Mapping[tuple[str, str], float]
"""Requests/s by (pool, region)."""

_DEFAULT = Policy()


@dataclass(frozen=True, slots=True)
class Moment:
    """From this minute on, so much is asked; of regions that are not named, what the task says."""

    minute: float
    requests: Requests


@dataclass(frozen=True, slots=True)
class Frame:
    """What holds from this minute on. `asked`, `served`: requests/s. `latency_ms`: mean round trip of what
    is served. `power`: what replicas are charged by site, mW. `started`, `stopped`: replicas, since the frame
    before; what runs at first was not started."""

    minute: float
    asked: float
    served: float
    latency_ms: float
    replicas: Mapping[Choice, int]
    power: Mapping[str, int]
    started: int
    stopped: int
    short: tuple[Unserved, ...]


def replay(
    task: Task, moments: Iterable[Moment], judge: Judge | None = None, policy: Policy = _DEFAULT
) -> Iterator[Frame]:
    """A frame for each moment. The first starts from what the task says runs; its starts are not counted
    if nothing does."""
    decision: Decision | None = None
    now: Mapping[Choice, int] = task.current
    for moment in moments:
        asked = replace(task, pools=tuple([_asked(pool, moment.requests) for pool in task.pools]))
        decision = _decided(decision, asked, judge, policy)
        frame = _frame(moment.minute, decision, now)
        now = frame.replicas
        yield frame


def _asked(pool: Pool, requests: Requests) -> Pool:
    demand = [
        replace(one, requests=requests.get((pool.name, one.region), one.requests)) for one in pool.demand
    ]
    return replace(pool, demand=tuple(demand))


def _decided(before: Decision | None, task: Task, judge: Judge | None, policy: Policy) -> Decision:
    if before is None:
        return decide(task, policy, judge)
    after = follow(before, task, judge)
    if after.bound is not before.bound:  # it was all decided anew already
        return after
    return decide(replace(task, current=_running(after)), policy, judge)


def _running(decision: Decision) -> dict[Choice, int]:
    """What a decision lets run."""
    found = {choice: count for one in decision.settled for _, choice, count in decision.choices(one)}
    return found | dict(decision.kept)


def _frame(minute: float, decision: Decision, before: Mapping[Choice, int]) -> Frame:
    told = report(decision)
    found = outcomes(decision, told)
    flows = [flow for one in found for region in one.regions for flow in region.flows]
    served = sum(flow.requests for flow in flows)
    return Frame(
        minute=minute,
        asked=sum(region.asked for one in found for region in one.regions),
        served=served,
        latency_ms=sum(flow.requests * flow.rtt.ms for flow in flows) / served if served else 0.0,
        replicas=told.replicas,
        power=_power(found),
        started=_more(told.replicas, before) if before else 0,
        stopped=_more(before, told.replicas),
        short=told.unserved,
    )


def _power(found: Iterable[PoolOutcome]) -> Mapping[str, int]:
    total: Counter[str] = Counter()
    for one in found:
        total.update(one.power)
    return total


def _more(ones: Mapping[Choice, int], others: Mapping[Choice, int]) -> int:
    """Replicas that these have beyond those."""
    return sum(max(0, count - others.get(choice, 0)) for choice, count in ones.items())
