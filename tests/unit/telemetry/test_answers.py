"""What an answer of Prometheus says, and when it says nothing."""

from __future__ import annotations

from typing import Any

import pytest

from ampacity.telemetry.answers import OLDEST, Found, Missing, read_answer

NOW = 1_800_000_000.0


def series(*values: str, at: float = NOW) -> list[dict[str, Any]]:
    return [{"metric": {"pod": f"p{number}"}, "value": [at, text]} for number, text in enumerate(values)]


@pytest.mark.parametrize(
    ("result", "value"),
    [
        ([NOW, "12.5"], 12.5),
        (series("3"), 3.0),
        (series("3", "0.5", "0"), 3.5),
        (series("0"), 0.0),
    ],
    ids=["scalar", "one series", "several are added up", "a zero that was measured"],
)
def test_figures(result: list[Any], value: float) -> None:
    assert read_answer(result, NOW + 1) == Found(value, NOW)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ([], "no series"),
        ({"a": 1}, "no number"),
        (None, "no number"),
        (series("NaN"), "nan"),
        (series("3", "NaN"), "nan"),
        (series("+Inf"), "inf"),
        (series("5", "-1"), "-1"),
        (series("9e8", "9e8"), "1.8e+09"),
        ([{"metric": {}, "values": [[NOW, "1"]]}], "at one moment"),
        ([{"metric": {}, "histogram": [NOW, {"count": "1"}]}], "plain numbers"),
        (series("3", "much"), "plain numbers"),
        (series("3", at=NOW - OLDEST - 1), "301 s old"),
        (series("3", at=NOW + OLDEST + 1), "ahead"),
    ],
)
def test_what_is_no_figure_is_missing_and_never_zero(result: Any, said: str) -> None:
    answer = read_answer(result, NOW)

    assert isinstance(answer, Missing)
    assert said in answer.why


def test_the_oldest_part_of_a_sum_says_how_old_it_is() -> None:
    assert read_answer([*series("1"), *series("2", at=NOW - 20)], NOW) == Found(3.0, NOW - 20)
