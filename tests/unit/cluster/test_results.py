"""However a write ends, it becomes a result, and no other write's result is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from functools import partial
from typing import Any

import pytest

from ampacity.cluster.errors import ApiError
from ampacity.cluster.lanes import Lanes
from ampacity.cluster.results import Outcome, Result, attempt, attempt_binding
from tests.builders.kube import READER, pod_json


async def answered(answer: Any) -> Any:
    return answer


async def refused() -> dict[str, Any]:
    raise ApiError(403, "Forbidden", "no")


def outcomes(*writes: tuple[str, Awaitable[dict[str, Any]]]) -> list[tuple[str, Outcome]]:
    async def all_of_them() -> list[tuple[str, Outcome]]:
        tries = [partial(attempt, uid, write, READER) for uid, write in writes]
        return [(result.uid, result.outcome) for result in await Lanes(4).each(tries)]

    return asyncio.run(all_of_them())


def test_an_answer_that_cannot_be_read_is_unknown_and_loses_no_other() -> None:
    assert outcomes(
        ("a", refused()),
        ("b", answered({})),
        ("c", answered([])),
        ("uid-d", answered(pod_json("d"))),
    ) == [
        ("a", Outcome.DROPPED),
        ("b", Outcome.UNKNOWN),
        ("c", Outcome.UNKNOWN),
        ("uid-d", Outcome.APPLIED),
    ]


def test_an_answer_about_another_pod_is_unknown() -> None:
    assert outcomes(("uid-a", answered(pod_json("b")))) == [("uid-a", Outcome.UNKNOWN)]


def test_a_binding_is_answered_by_a_status() -> None:
    success = {"kind": "Status", "status": "Success"}
    answers: list[Any] = [success, {**success, "status": "Failure"}, pod_json("a"), {}, []]

    async def all_of_them() -> list[Outcome]:
        return [(await attempt_binding("uid-a", answered(answer))).outcome for answer in answers]

    assert asyncio.run(all_of_them()) == [Outcome.APPLIED, *[Outcome.UNKNOWN] * 4]
    assert asyncio.run(attempt_binding("uid-a", refused())).outcome is Outcome.DROPPED


def test_what_goes_first_is_done_before_anything_else_begins() -> None:
    told: list[str] = []

    async def write(name: str) -> Result:
        await asyncio.sleep(0)
        told.append(name)
        return Result(name, Outcome.APPLIED)

    async def both() -> None:
        first = Lanes(2)
        after = Lanes(2, first)
        await asyncio.gather(
            first.each(partial(write, "grant") for _ in range(5)), after.each([partial(write, "mark")])
        )
        await after.each([partial(write, "mark")])

    asyncio.run(both())
    assert told == [*["grant"] * 5, "mark", "mark"]


@pytest.mark.parametrize(
    ("longest", "told"), [(9.0, ["grant", "grant", "mark"]), (0.0, ["grant", "mark", "grant"])]
)
def test_what_comes_after_waits_for_a_rest_but_not_for_ever(longest: float, told: list[str]) -> None:
    happened: list[str] = []

    async def write(name: str) -> Result:
        happened.append(name)
        return Result(name, Outcome.APPLIED)

    async def burst(first: Lanes) -> None:
        await first.each([partial(write, "grant")])
        for _ in range(9):
            await asyncio.sleep(0)
        await first.each([partial(write, "grant")])

    async def both() -> None:
        first = Lanes(1)
        after = Lanes(1, first, rest=0.5, longest=longest)
        await asyncio.gather(burst(first), after.each([partial(write, "mark")]))

    asyncio.run(both())
    assert happened == told


def test_nothing_to_write_keeps_nobody_waiting() -> None:
    async def after_nothing() -> tuple[Result, ...]:
        first = Lanes(1)
        await first.each([])
        async with asyncio.timeout(5):
            return await Lanes(1, first, rest=60, longest=60).each([partial(written, "mark")])

    async def written(name: str) -> Result:
        return Result(name, Outcome.APPLIED)

    assert [result.uid for result in asyncio.run(after_nothing())] == ["mark"]


def test_a_pod_that_ended_with_the_write_is_applied() -> None:
    assert outcomes(("uid-a", answered(pod_json("a", phase="Failed")))) == [("uid-a", Outcome.APPLIED)]
