"""However a write ends, it becomes a result, and no other write's result is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from functools import partial
from typing import Any

from ampacity.cluster.errors import ApiError
from ampacity.cluster.lanes import Lanes
from ampacity.cluster.results import Outcome, attempt, attempt_binding
from tests.builders.kube import READER, pod_json


async def answered(answer: Any) -> Any:
    return answer


async def refused() -> dict[str, Any]:
    raise ApiError(403, "Forbidden", "no")


def outcomes(*writes: tuple[str, Awaitable[dict[str, Any]]]) -> list[tuple[str, Outcome]]:
    async def all_of_them() -> list[tuple[str, Outcome]]:
        tries = [(uid, partial(attempt, uid, write, READER)) for uid, write in writes]
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


def test_a_pod_that_ended_with_the_write_is_applied() -> None:
    assert outcomes(("uid-a", answered(pod_json("a", phase="Failed")))) == [("uid-a", Outcome.APPLIED)]
