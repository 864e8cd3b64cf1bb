"""A decision as those who follow it need it: targets by pool, and problems at the fields of its spec."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ampacity.core.distribution import Decision, Distribution
from ampacity.core.distribution.goodput import goodput
from ampacity.core.distribution.model import Pool
from ampacity.core.distribution.targets import Targets
from ampacity.core.site import Problem
from ampacity.translate.distribution.exact import report_of
from ampacity.translate.distribution.problems import in_spec
from ampacity.translate.distribution.question import Question


def targets_of(question: Question, decision: Decision) -> dict[str, Targets]:
    """By "namespace/name" of all pools with a wish."""
    told = report_of(question, decision)
    found = {pool.name: _targets(question, decision, told, pool) for pool in decision.task.pools}
    return found | {name: Targets(problems=problems) for name, problems in question.problems.items()}


def problems_of(question: Question, decision: Decision) -> Mapping[str, tuple[Problem, ...]]:
    """All that is wrong with pools, by name."""
    found = {
        name: tuple([in_spec(problem, question.pools[name]) for problem in problems])
        for name, problems in decision.problems.items()
    }
    return {**question.problems, **found}


def _targets(question: Question, decision: Decision, told: Distribution, pool: Pool) -> Targets:
    replicas = {
        (choice.site, choice.variant): count
        for choice, count in told.replicas.items()
        if choice.pool == pool.name
    }
    problems = problems_of(question, decision).get(pool.name, ())
    if problems:
        return Targets(replicas=replicas, problems=problems)
    figures = goodput(pool)
    requests = np.array([demand.requests for demand in pool.demand] or [pool.replicas or 0])
    sites = [site.name for site in decision.task.sites]
    return Targets(
        replicas=replicas,
        rate={one.name: float(rate) for one, rate in zip(pool.variants, figures.rate, strict=True)},
        work=float(figures.work @ requests),
        shares={region: shares for (name, region), shares in told.shares.items() if name == pool.name},
        spill={region: spill for (name, region), spill in told.spill.items() if name == pool.name},
        rtts={
            (demand.region, site): rtt
            for demand in pool.demand
            for site in sites
            if (rtt := decision.task.latency.get((demand.origin, site))) is not None
        },
        unserved=tuple([one for one in told.unserved if one.pool == pool.name]),
        note=told.notes.get(pool.name, ""),
    )
