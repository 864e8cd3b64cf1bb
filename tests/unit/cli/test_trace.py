"""Demand traces: what they say, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ampacity.cli.fetch.trace import Row, Trace, moments, read_trace

REGIONS = {"default/chat": ["paris", "oslo"], "ai/code": ["paris"]}
HEADS = "hour,pool,region,requests_per_second\n"


def trace(tmp_path: Path, text: str | bytes) -> Trace:
    file = tmp_path / "day.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_trace(str(file), REGIONS)


def test_rows_come_in_the_order_of_time_with_pools_by_their_whole_names(tmp_path: Path) -> None:
    found = trace(tmp_path, HEADS + "1.5, chat, oslo, 2\n0,ai/code,paris,7.5\n")

    assert found.faults == []
    assert found.rows == [Row(0.0, "ai/code", "paris", 7.5), Row(90.0, "default/chat", "oslo", 2.0)]


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""], ids=["as a spreadsheet saves it", "plain"])
def test_minutes_other_columns_and_any_order_of_columns(tmp_path: Path, mark: bytes) -> None:
    found = trace(tmp_path, mark + b"region,note,pool,requests_per_second,minute\r\nparis,x,chat,3,15\r\n")

    assert found.rows == [Row(15.0, "default/chat", "paris", 3.0)]


def test_a_figure_holds_until_the_next_one_of_its_pool_and_region() -> None:
    rows = [
        Row(60.0, "default/chat", "paris", 1.0),
        Row(60.0, "default/chat", "oslo", 5.0),
        Row(120.0, "default/chat", "paris", 2.0),
        Row(240.0, "default/chat", "paris", 9.0),
    ]
    paris, oslo = ("default/chat", "paris"), ("default/chat", "oslo")

    assert [(one.minute, dict(one.requests)) for one in moments(rows, 240.0)] == [
        (0.0, {}),
        (60.0, {paris: 1.0, oslo: 5.0}),
        (120.0, {paris: 2.0, oslo: 5.0}),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            HEADS + "0,chat,pari,1\n",
            "line 2: region: no region with demand is called pari; did you mean paris?",
        ),
        (HEADS + "0,chatt,paris,1\n", "did you mean default/chat?"),
        (HEADS + "0,,paris,1\n", "line 2: pool"),
        (HEADS + "0,chat,paris,-1\n", "requests_per_second: '-1'"),
        (HEADS + "0,chat,paris,nan\n", "'nan' is no figure"),
        (HEADS + "0,chat,paris,1e12\n", "'1e12' is no figure"),
        (HEADS + "-1,chat,paris,1\n", "hour: '-1'"),
        (HEADS + "0,chat,paris\n", "requests_per_second: None"),
        (HEADS, "rows: there are none"),
        ("", "there is no hour or minute, pool, region, requests_per_second"),
        ("hour,pool,requests_per_second\n0,chat,1\n", "there is no region"),
        (b"\xff\xfe\x00", "not UTF-8"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    (fault,) = trace(tmp_path, text).faults

    assert said in str(fault)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    found = trace(tmp_path, HEADS + "x,chatt,paris,1\n0,chat,rome,y\n0,chat,paris,1\n")

    assert [str(fault).split(": ")[1] for fault in found.faults] == [
        "hour", "pool", "requests_per_second", "region",
    ]  # fmt: skip
