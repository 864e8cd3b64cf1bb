"""What is served now, on the way to what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from ampacity.core.distribution.answer import Share, Short, SiteCause, Unserved
from ampacity.core.distribution.model import Demand
from ampacity.core.distribution.present import served_now
from ampacity.core.distribution.targets import Targets

BOTH = (Demand("north", 30.0, 1, 100), Demand("south", 10.0, 1, 100))
ORDER = {"north": ("n", "mid"), "south": ("s", "mid")}
TARGETS = Targets(
    {("n", "fast"): 2, ("mid", "fast"): 1, ("s", "fast"): 1},
    {"fast": 1.0, "slow": 0.5},
    4.0,
    {"north": (Share("n", 2 / 3), Share("mid", 1 / 3)), "south": (Share("s", 1.0),)},
)


def now(targets: Targets = TARGETS, demand: tuple[Demand, ...] = BOTH, **ready: int) -> Mapping[str, float]:
    found = served_now(targets, demand, ready, ORDER.__getitem__)
    return {region: round(requests, 1) for region, requests in found.items()}


def test_everything_is_ready() -> None:
    assert now(n=2, mid=1, s=1) == {"north": 30, "south": 10}


def test_a_site_serves_its_share_as_far_as_it_is_ready() -> None:
    assert now(n=1, mid=1, s=1) == {"north": 20.5, "south": 10}
    assert now() == {"north": 0, "south": 0}


def test_who_has_replicas_to_spare_helps_those_whom_it_may_serve() -> None:
    assert now(n=2, mid=3) == {"north": 30, "south": 10}
    assert now(n=4, mid=1) == {"north": 30, "south": 0}


def test_a_replica_that_is_to_leave_counts_as_the_slowest() -> None:
    moved = replace(
        TARGETS, replicas={("n", "fast"): 3, ("s", "fast"): 1}, shares={"south": (Share("s", 1.0),)}
    )
    assert now(moved, mid=2) == {"north": 10, "south": 0}


def test_what_has_no_place_is_not_counted_on_any_site() -> None:
    cause = SiteCause("n", Short.SLOTS, "")
    short = replace(TARGETS, unserved=(Unserved("ai/chat", "north", 15.0, 0.5, cause, ""),))
    half = replace(short, replicas={("n", "fast"): 1, ("s", "fast"): 1})
    assert now(half, n=1, s=1)["north"] <= 15.8


@pytest.mark.parametrize("demand", [(), (Demand("north", 0.0, 1, 100),)])
def test_nothing_is_asked(demand: tuple[Demand, ...]) -> None:
    assert all(requests == 0 for requests in now(TARGETS, demand, n=1).values())
