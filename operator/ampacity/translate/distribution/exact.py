"""Limits of sites as the planner names them: which rack, by how much, in which failure.

Distribution counts with bounds over whole sites; so what it says is short is short by at least that. The
planner knows what one more replica really lacks at the site, beside all that was decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ampacity.core.distribution import Decision, Distribution, report
from ampacity.core.distribution.answer import Short, SiteCause, SiteNumber, Unserved
from ampacity.core.distribution.model import Choice
from ampacity.core.distribution.sites import site_numbers
from ampacity.core.plan import SiteReason
from ampacity.translate.distribution.question import Question

_FULL = (Short.LIMIT, Short.SLOTS)
Causes = Mapping[tuple[str, str], SiteCause]


def report_of(question: Question, decision: Decision) -> Distribution:
    """The answer; the cause of each shortage is what the planner finds short."""
    told = report(decision)
    exact = _exact(question, decision, told, [(one.pool, one.cause) for one in told.unserved])
    return replace(told, unserved=tuple([_renamed(one, exact) for one in told.unserved]))


def numbers_of(question: Question, decision: Decision) -> dict[tuple[str, str], SiteNumber]:
    """Why each site got its number, by (pool, site)."""
    numbers = site_numbers(decision)
    causes = [(one.pool, one.cause) for one in numbers.values()]
    exact = _exact(question, decision, report(decision), causes)
    return {key: replace(one, cause=exact.get(key, one.cause)) for key, one in numbers.items()}


def _renamed(one: Unserved, exact: Causes) -> Unserved:
    cause = exact.get((one.pool, one.cause.site))
    if cause is None or one.cause.reason not in _FULL:
        return one
    what = one.sentence.removesuffix(one.cause.sentence)
    return replace(one, cause=cause, sentence=f"{what}{cause.sentence}")


def _exact(
    question: Question, decision: Decision, told: Distribution, causes: Iterable[tuple[str, SiteCause]]
) -> Causes:
    """By (pool, site): the causes that are a lack of room, as the planner tells them."""
    rooms = {site.name: site.slots for site in decision.task.sites}
    pools = {pool.name: pool for pool in decision.task.pools}
    asked: set[Choice] = set()
    for name, cause in causes:
        if cause.reason in _FULL:
            offered = [v.name for v in pools[name].variants if rooms[cause.site].get(v.footprint, 0) > 0]
            asked |= {Choice(name, cause.site, variant) for variant in offered[:1]}
    lacks = question.judge.one_more(told.replicas, asked) if asked else {}
    return {(choice.pool, choice.site): _told(choice, lack) for choice, lack in lacks.items()}


def _told(choice: Choice, lack: SiteReason) -> SiteCause:
    sentence, short = f"{lack.sentence}, for one more {choice.variant}", lack.shortfall
    if short is None:
        return SiteCause(choice.site, Short.SLOTS, sentence)
    return SiteCause(choice.site, Short.LIMIT, sentence, short.row, short.short)
