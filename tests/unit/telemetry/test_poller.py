"""Queries go out beside everything else, and what was said last stays."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ampacity.telemetry.answers import Answer, Found, Missing
from ampacity.telemetry.poller import Telemetry, taken
from ampacity.translate.telemetry import Asked, Reading

CHAT = Asked("default/chat", "paris")


def pool(name: str = "chat", query: str | None = "up", **status: Any) -> dict[str, Any]:
    region = {"region": "paris", "inputTokens": 1, "outputTokens": 1, "requestsPerSecond": 1.0}
    regions = [region | ({"query": query} if query else {})]
    return {
        "metadata": {"namespace": "default", "name": name},
        "spec": {"demand": {"regions": regions}},
        "status": status,
    }


def kept(value: float) -> dict[str, Any]:
    return {"telemetry": [{"region": "paris", "requestsPerSecond": value, "stale": False}]}


def telemetry(
    ask: Callable[[str], Answer], pools: list[dict[str, Any]], interval: float = 60.0
) -> tuple[Telemetry, list[int]]:
    changes: list[int] = []
    return Telemetry(ask, lambda: pools, lambda: changes.append(1), interval), changes


def asked(found: Telemetry, *texts: str) -> None:
    found.readings()
    asyncio.run(found.round(set(texts)))


ANSWERS = st.one_of(
    st.builds(Found, st.floats(0, 1e9), st.floats(0, 2e9)), st.builds(Missing, st.text(max_size=5))
)


@given(st.lists(ANSWERS, min_size=1))
def test_the_last_figure_stays_whatever_is_missing_after_it(answers: list[Answer]) -> None:
    reading: Reading | None = None
    for answer in answers:
        reading = taken(reading, answer)
    assert reading is not None
    figures = [answer for answer in answers if isinstance(answer, Found)]

    assert reading.value == (figures[-1].value if figures else None)
    assert reading.at == (figures[-1].at if figures else 0.0)
    assert reading.stale == isinstance(answers[-1], Missing)


def test_a_figure_is_read_and_told_once() -> None:
    found, changes = telemetry(lambda _: Found(7.0, 99.0), [pool()])

    asked(found, "up")
    asked(found, "up")

    assert found.readings() == {CHAT: Reading(7.0, 99.0)}
    assert changes == [1]


def test_pools_with_the_same_query_ask_it_once() -> None:
    texts: list[str] = []

    def ask(text: str) -> Answer:
        texts.append(text)
        return Found(2.0, 1.0)

    found, _ = telemetry(ask, [pool("a"), pool("b"), pool("c", "other")])
    asked(found, "up", "other")

    assert sorted(texts) == ["other", "up"]
    assert [reading.value for reading in found.readings().values()] == [2.0, 2.0, 2.0]


def test_after_a_restart_the_status_speaks_until_prometheus_does() -> None:
    found, changes = telemetry(lambda _: Missing("down"), [pool(**kept(8.0))])

    before = found.readings()[CHAT]
    asked(found, "up")

    assert (before.value, before.stale) == (8.0, True)
    assert found.readings()[CHAT] == Reading(8.0, 0.0, True, "down")
    assert changes == []


def test_an_edited_query_keeps_the_last_figure_until_it_is_answered() -> None:
    pools = [pool()]
    found, _ = telemetry(lambda text: Found(3.0, 1.0) if text == "up" else Missing("no"), pools)
    asked(found, "up")
    pools[0] = pool(query="edited")

    asked(found, "edited")

    assert found.readings()[CHAT] == Reading(3.0, 1.0, True, "no")


def test_a_query_that_is_taken_out_leaves_nothing_behind() -> None:
    pools = [pool()]
    found, _ = telemetry(lambda _: Found(3.0, 1.0), pools)
    asked(found, "up")
    pools[0] = pool(query=None, **kept(3.0))

    assert found.readings() == {}


def test_a_bug_in_asking_is_missing_telemetry_and_nothing_worse() -> None:
    def ask(_: str) -> Answer:
        raise LookupError("what")

    found, _ = telemetry(ask, [pool()])
    asked(found, "up")

    assert found.readings()[CHAT] == Reading(None, 0.0, True, "asking Prometheus failed: LookupError('what')")


def test_a_prometheus_that_hangs_costs_a_few_threads_and_ends_a_round_in_time() -> None:
    release, begun = threading.Event(), list[str]()

    def ask(text: str) -> Answer:
        begun.append(text)
        release.wait(30)
        return Found(1.0, 1.0)

    pools = [pool(f"p{number}", f"q{number:02}") for number in range(20)]
    found, _ = telemetry(ask, pools, interval=0.05)
    try:
        asked(found, *(f"q{number:02}" for number in range(20)))
        first = list(begun)
        readings = found.readings().values()
    finally:
        release.set()

    assert len(first) == 8
    assert {reading.why for reading in readings} == {"Prometheus has not answered within 0.05 s"}


def test_who_was_asked_longest_ago_is_asked_first() -> None:
    texts: list[str] = []

    def ask(text: str) -> Answer:
        texts.append(text)
        return Found(1.0, 1.0)

    pools = [pool(f"p{number}", f"q{number:02}") for number in range(20)]
    found, _ = telemetry(ask, pools)
    asked(found, *(f"q{number:02}" for number in range(12)))
    texts.clear()
    asked(found, *(f"q{number:02}" for number in range(20)))

    assert sorted(texts[:8]) == [f"q{number}" for number in range(12, 20)]
