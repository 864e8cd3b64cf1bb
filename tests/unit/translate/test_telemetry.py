"""Readings in what pools wish for, and in their statuses."""

from __future__ import annotations

from typing import Any

import pytest

from ampacity.core.distribution.model import Demand, Pool
from ampacity.translate.telemetry import Asked, Reading, queries, recalled, told, with_readings

PARIS = Asked("default/chat", "paris")


def wish(floor: float = 2.0) -> Pool:
    return Pool("default/chat", (), (Demand("paris", floor, 100, 10), Demand("oslo", 1.0, 100, 10)))


def requests(pool: Pool | None) -> list[float]:
    assert pool is not None
    return [one.requests for one in pool.demand]


@pytest.mark.parametrize(
    ("reading", "counted"),
    [
        (Reading(5.0, 1.0), 5.0),
        (Reading(5.0, 1.0, True, "down"), 5.0),
        (Reading(0.5, 1.0), 2.0),
        (Reading(0.0, 1.0), 2.0),
        (Reading(None, 0.0, True, "down"), 2.0),
    ],
    ids=["measured", "stale counts on", "floor", "floor under a measured zero", "never measured"],
)
def test_demand_is_what_was_measured_last_and_at_least_the_floor(reading: Reading, counted: float) -> None:
    assert requests(with_readings(wish(), {PARIS: reading})) == [counted, 1.0]


def test_readings_of_other_pools_change_nothing() -> None:
    asked = wish()

    assert with_readings(asked, {Asked("other/chat", "paris"): Reading(50.0)}) is asked
    assert with_readings(None, {PARIS: Reading(50.0)}) is None


def pool(regions: list[dict[str, Any]], telemetry: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "metadata": {"namespace": "default", "name": "chat"},
        "spec": {"demand": {"regions": regions}},
        "status": {"telemetry": telemetry},
    }


def test_a_status_gives_back_what_it_was_told() -> None:
    readings = {
        PARIS: Reading(12.3, 1_800_000_000.0, True, "down"),
        Asked("default/chat", "oslo"): Reading(7.0, 1_800_000_000.0),
        Asked("default/chat", "rome"): Reading(None, 0.0, True, "the query finds no series"),
    }
    status = [one.to_dict() for one in told(readings)["default/chat"]]

    after = recalled([pool([], status)])

    assert [one["region"] for one in status] == ["oslo", "paris", "rome"]
    assert after[PARIS] == readings[PARIS]
    assert (after[Asked("default/chat", "oslo")].value, after[Asked("default/chat", "oslo")].stale) == (
        7.0,
        True,
    )
    assert after[Asked("default/chat", "rome")].value is None


def test_a_fresh_figure_that_hardly_moves_makes_the_same_status() -> None:
    first, second = (told({PARIS: reading}) for reading in (Reading(123.41, 10.0), Reading(123.44, 40.0)))

    assert first == second
    assert first["default/chat"][0].to_dict() == {
        "region": "paris", "requestsPerSecond": 123.0, "stale": False,
    }  # fmt: skip


def test_only_regions_with_a_query_are_asked_for() -> None:
    regions = [{"region": "paris", "query": "up"}, {"region": "oslo", "requestsPerSecond": 1}]

    assert queries(
        [pool(regions, []), {"metadata": {"namespace": "a", "name": "b"}, "spec": {"replicas": 1}}]
    ) == {PARIS: "up"}
