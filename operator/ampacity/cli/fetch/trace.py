"""A demand trace from a CSV file: who asks for how much from when on; all faults of the file in one go."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from math import isfinite
from pathlib import Path

from ampacity.cli.fetch.documents import Fault
from ampacity.core.distribution.replay import Moment
from ampacity.core.site import Problem

MOST = 1e9
_TIMES = {"minute": 1.0, "hour": 60.0}
_COLUMNS = ("pool", "region", "requests_per_second")
Regions = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Row:
    """From this minute on, a pool's region asks for so much."""

    minute: float
    pool: str
    region: str
    requests: float


@dataclass(slots=True)
class Trace:
    """`rows` in the order of time."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_trace(path: str, regions: Regions) -> Trace:
    """The trace in a file. `regions`: of each pool that distribution decides, by "namespace/name".

    Raises OSError.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return Trace([], [_fault(path, 1, "text", "is not UTF-8", "save it as plain text")])
    lines = csv.DictReader(text.splitlines(), skipinitialspace=True)
    trace, heads = Trace(), lines.fieldnames or ()
    unit = next((name for name in _TIMES if name in heads), None)
    missing = [name for name in _COLUMNS if name not in heads]
    if unit is None or missing:
        wanted = ", ".join([*([] if unit else ["hour or minute"]), *missing])
        trace.faults.append(
            _fault(path, 1, "columns", f"there is no {wanted}", "name them in the first line")
        )
        return trace
    for line in lines:
        _take(line, lines.line_num, unit, path, regions, trace)
    trace.rows.sort(key=lambda row: row.minute)
    if not trace.rows and not trace.faults:
        trace.faults.append(_fault(path, 1, "rows", "there are none", "give at least one"))
    return trace


def moments(rows: Sequence[Row], minutes: float) -> Iterator[Moment]:
    """What is asked at the beginning and whenever that changes, up to (not including) the last minute.

    Figures hold on until a later row of the same pool and region.
    """
    now: dict[tuple[str, str], float] = {}
    times = sorted({0.0, *(row.minute for row in rows if row.minute < minutes)})
    left = iter([*rows, None])
    row = next(left)
    for minute in times:
        while row is not None and row.minute <= minute:
            now[row.pool, row.region] = row.requests
            row = next(left)
        yield Moment(minute, dict(now))


def _take(
    line: Mapping[str, str | None], number: int, unit: str, path: str, regions: Regions, trace: Trace
) -> None:
    minute = _number(line, unit, _TIMES[unit])
    requests = _number(line, "requests_per_second", 1.0)
    pool, region = (line.get("pool") or "").strip(), (line.get("region") or "").strip()
    pool = pool if "/" in pool else f"default/{pool}"
    problems = [
        *_figure(unit, line, minute),
        *_figure("requests_per_second", line, requests),
        *_known("pool", pool, regions),
        *(_known("region", region, regions[pool]) if pool in regions else ()),
    ]
    trace.faults += [Fault(f"{path}, line {number}", problem) for problem in problems]
    if minute is not None and requests is not None and not problems:
        trace.rows.append(Row(minute, pool, region, requests))


def _number(line: Mapping[str, str | None], name: str, unit: float) -> float | None:
    try:
        value = float(line[name] or "") * unit
    except ValueError:
        return None
    return value if isfinite(value) and 0 <= value <= MOST else None


def _figure(name: str, line: Mapping[str, str | None], value: float | None) -> Iterator[Problem]:
    if value is None:
        yield Problem(name, f"{line[name]!r} is no figure from 0 to 10^9", "give a plain number")


def _known(what: str, name: str, known: Regions | Sequence[str]) -> Iterator[Problem]:
    if name not in known:
        close = get_close_matches(name, list(known), n=1)
        there = ", ".join(sorted(known)[:5]) or "none"
        remedy = f"did you mean {close[0]}?" if close else f"with demand there are: {there}"
        yield Problem(what, f"no {what} with demand is called {name or 'so'}", remedy)


def _fault(path: str, line: int, what: str, message: str, remedy: str) -> Fault:
    return Fault(f"{path}, line {line}", Problem(what, message, remedy))
