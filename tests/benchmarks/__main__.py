"""`make bench`: every `bench_*.py` beside this file, as a table and as build/bench.json.

A limit that is missed is profiled, and the table says where the profile lies. Exit status 0 all the same,
as timings depend on the machine; `--strict` makes a missed limit an error.
"""

from __future__ import annotations

import argparse
import cProfile
import importlib
import json
import pstats
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks.measure import Measurement

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build"
COLUMNS = "{:<62} {:>12} {:<6} {:>9} {:>7}  {}"


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, write. Returns the exit status."""
    options = _parser().parse_args(arguments)
    found: list[Measurement] = []
    print(COLUMNS.format("measured", "value", "unit", "limit", "ratio", ""))
    for module in _modules(options.word):
        print(f"  {module} ...", file=sys.stderr, flush=True)
        for measurement in importlib.import_module(f"tests.benchmarks.{module}").run(options.quick):
            found.append(measurement)
            print(_line(measurement), flush=True)
    path = _write(found, options.out)
    missed = [measurement for measurement in found if measurement.missed]
    print(f"\n{len(found)} figures, {len(missed)} over their limit; written to {path}")
    return 1 if options.strict and missed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("-k", dest="word", default="", help="only benchmarks whose file name holds WORD")
    parser.add_argument("--quick", action="store_true", help="small sizes, few repeats")
    parser.add_argument("--strict", action="store_true", help="exit 1 if a limit is missed")
    parser.add_argument("--out", type=Path, default=BUILD / "bench.json", help="where the figures go")
    return parser


def _modules(word: str) -> Iterator[str]:
    for path in sorted(HERE.glob("bench_*.py")):
        if word in path.stem:
            yield path.stem


def _line(one: Measurement) -> str:
    ratio = "" if one.ratio is None else f"{one.ratio:.4g}"
    limit = "" if one.limit is None else f"{one.limit:,.0f}"
    remark = f"of: {one.against}" if one.against else ""
    if one.missed and one.subject is not None:
        remark = f"OVER ITS LIMIT; profile: {_profile(one.name, one.subject)}"
    return COLUMNS.format(one.name, f"{one.value:,.1f}", one.unit, limit, ratio, remark).rstrip()


def _profile(name: str, subject: Callable[[], object]) -> Path:
    """Where the time goes, by cumulative time; the path is relative to where people stand."""
    folder = BUILD / "profiles"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.txt"
    profiler = cProfile.Profile()
    profiler.runcall(subject)
    with path.open("w", encoding="utf-8") as stream:
        pstats.Stats(profiler, stream=stream).sort_stats("cumulative").print_stats(40)
    return path.relative_to(BUILD.parent)


def _write(found: list[Measurement], path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([one.record() for one in found], indent=1) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    raise SystemExit(main())
