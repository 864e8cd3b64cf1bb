"""The benchmarks that start processes work, at sizes of which the figures mean nothing."""

from __future__ import annotations

import pytest

from tests.benchmarks import bench_controlplane, bench_operator


def test_every_lane_is_measured() -> None:
    found = {one.name: one for one in bench_controlplane.run(quick=True)}
    assert all(one.value > 0 for one in found.values())
    for lane in bench_controlplane.LANES:
        assert any(name.endswith(f"bound, {lane}") for name in found)
    assert sum("grant latency p99" in name for name in found) == 2


def test_the_operator_is_measured() -> None:
    found = bench_operator.run(quick=True)
    assert {one.unit for one in found} >= {"MB", "s", "%"} and all(one.value >= 0 for one in found)


@pytest.mark.parametrize("lane", list(bench_controlplane.SHARES))
def test_the_limit_is_a_share_of_the_scheduler_alone(lane: str) -> None:
    once = [bench_controlplane.Round(20.0, 30.0, 10.0, 15.0, 1.0)]
    rounds = dict.fromkeys(bench_controlplane.LANES, once)
    figures = bench_controlplane._figures(bench_controlplane.QUICK, rounds)
    (bound,) = (one for one in figures if one.name.endswith(f"bound, {lane}"))
    assert bound.limit == 20.0 * bench_controlplane.SHARES[lane] and bound.ratio == 1.0
