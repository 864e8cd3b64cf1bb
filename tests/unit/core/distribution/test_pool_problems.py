"""Pools that cannot be meant: field, figure and remedy; what they have stays."""

from __future__ import annotations

import pytest

from ampacity.core.distribution import distribute
from ampacity.core.distribution.model import Choice, Pool, Residency, Spread, Task
from tests.builders.distribution import demand, near, pool, site, variant

SITES = site("a", 3, country="FR"), site("b", 3, country="FR")
LATENCY = near(r1={"a": 40, "b": 60})


def problems(asked: Pool) -> list[str]:
    return [str(one) for one in distribute(Task(SITES, (asked,), LATENCY)).problems.get(asked.name, ())]


@pytest.mark.parametrize(
    ("asked", "path", "figure"),
    [
        (pool("p", spread=Spread(sites=3)), "spread.sites", "3 sites are asked for, 2 are accepted"),
        (pool("p", spread=Spread(share=0.3)), "spread.share", "2 accepted sites with at most 30% each"),
        (
            pool("p", residency=(Residency(frozenset({"DE"})),)),
            "residency",
            "allowed are DE, sites are in FR",
        ),
        (pool("p", max_rtt_ms=10), "max_rtt_ms", "40.0 ms, the bound is 10 ms"),
        (pool("p", variants=(variant(ttft_ms=300),), max_ttft_ms=200), "max_ttft_ms", "takes 340 ms"),
        (pool("p", variants=(variant(decode=0),)), "demand", "how many tokens/s a replica of h200x1"),
        (pool("p", demand("nowhere")), "demand[0].region", "no site has a known round trip from nowhere"),
        (pool("p", demand("r1"), demand("r1")), "demand[1].region", "r1 is there already"),
        (pool("p", demand("r1", -1)), "demand[0].requests", "-1 cannot be served"),
        (pool("p", demand("r1", float("nan"))), "demand[0].requests", "nan cannot be served"),
        (pool("p", demand("r1", cached=1.5)), "demand[0].cached", "1.5 is no part"),
        (pool("p", utilisation=0), "utilisation", "0 is no part"),
        (pool("p", demand("r1"), replicas=2), "demand", "both demand and replicas"),
    ],
)
def test_each_names_its_field_and_figure(asked: Pool, path: str, figure: str) -> None:
    found = problems(asked)
    assert len(found) == 1
    assert found[0].startswith(f"{path}: ") and figure in found[0] and "; " in found[0]


def test_a_pool_with_a_problem_keeps_what_it_has_and_its_room() -> None:
    bad, good = pool("bad", spread=Spread(sites=3)), pool("good", demand("r1", 9))
    current = {Choice("bad", "a", "h200x1"): 2}
    found = distribute(Task(SITES, (bad, good), LATENCY, current))
    assert found.replicas == current | {Choice("good", "a", "h200x1"): 1, Choice("good", "b", "h200x1"): 3}
