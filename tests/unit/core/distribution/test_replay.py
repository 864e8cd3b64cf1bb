"""A day decided moment by moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ampacity.core.distribution.model import Choice, Task
from ampacity.core.distribution.replay import Frame, Moment, replay
from tests.builders.distribution import demand, near, pool, site

TASK = Task(
    (site("near", 4, power=2_000), site("far", 8, power=1_000)),
    (pool("chat", demand("r1", 2.0), demand("r2", 0.0)),),
    near(r1={"near": 5, "far": 50}, r2={"near": 40, "far": 10}),
)
NEAR, FAR = Choice("chat", "near", "h200x1"), Choice("chat", "far", "h200x1")


def day(*asked: dict[str, float], task: Task = TASK) -> list[Frame]:
    """One moment an hour; regions by name."""
    moments = [
        Moment(60.0 * hour, {("chat", region): requests for region, requests in one.items()})
        for hour, one in enumerate(asked)
    ]
    return list(replay(task, moments))


def moves(frames: Sequence[Frame]) -> list[tuple[int, int]]:
    return [(frame.started, frame.stopped) for frame in frames]


def test_replicas_follow_demand_and_are_counted_as_they_move() -> None:
    frames = day({"r1": 2}, {"r1": 4}, {"r1": 4}, {"r1": 0.9})

    assert [dict(frame.replicas) for frame in frames] == [{NEAR: 2}, {NEAR: 4}, {NEAR: 4}, {NEAR: 1}]
    assert moves(frames) == [(0, 0), (2, 0), (0, 0), (0, 3)]
    assert [frame.power for frame in frames] == [
        {"near": 4000},
        {"near": 8000},
        {"near": 8000},
        {"near": 2000},
    ]


def test_what_a_moment_does_not_name_is_as_the_task_says() -> None:
    (frame,) = day({"r2": 1})

    assert (frame.asked, frame.served) == (3.0, pytest.approx(3.0))
    assert dict(frame.replicas) == {NEAR: 2, FAR: 1}
    assert frame.latency_ms == pytest.approx((2 * 5 + 10) / 3)


def test_what_is_not_served_is_told_for_as_long_as_it_lasts() -> None:
    frames = day({"r1": 20}, {"r1": 2})

    assert frames[0].served == pytest.approx(12.0)
    assert [(one.region, one.amount) for one in frames[0].short] == [("r1", pytest.approx(8.0))]
    assert frames[1].short == ()


def test_what_runs_at_first_is_where_the_day_begins() -> None:
    (frame,) = day({"r1": 3}, task=replace(TASK, current={NEAR: 2}))

    assert moves([frame]) == [(1, 0)]


def test_a_wiggle_moves_nothing() -> None:
    frames = day({"r1": 3.9}, {"r1": 4.0}, {"r1": 3.85}, {"r1": 4.05}, {"r1": 3.9})

    assert moves(frames[1:]) == [(0, 0)] * 4
