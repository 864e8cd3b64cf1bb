"""The benchmarks run, and what they write is what was promised; figures themselves are not judged here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import main
from tests.benchmarks.measure import Measurement


@pytest.mark.parametrize("word", ["envelope", "planner", "rows"])
def test_small_sizes_run_and_are_written(
    word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those that start no process; the others are integration tests."""
    out = tmp_path / "bench.json"
    assert main(["--quick", "-k", word, "--out", str(out)]) == 0
    records = json.loads(out.read_text(encoding="utf-8"))
    assert all(list(record) == ["name", "value", "unit", "against", "ratio", "limit"] for record in records)
    assert {record["name"].partition(":")[0] for record in records} == {word}
    shown = capsys.readouterr().out
    assert all(record["name"] in shown for record in records)


@pytest.mark.parametrize(("limit", "missed"), [(None, False), (2.0, False), (1.9, True)])
def test_a_limit_is_missed_only_above_it(limit: float | None, missed: bool) -> None:
    assert Measurement("m", 2.0, "ms", limit=limit).missed is missed
