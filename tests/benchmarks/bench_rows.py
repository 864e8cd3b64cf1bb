"""Building a hall's rows, asking them, describing them; and how that grows with the hall.

The hall is the power model's: two feeds, 10 blocks of 5 rows of 25 racks, a cord limit and an air limit on
each rack, 8 servers a rack. A growth of x2 has twice the blocks, so also twice the failure domains: the rows
before dropping grow with the square.
"""

from __future__ import annotations

from functools import partial

from ampacity.core.load import Load
from ampacity.core.rows import SiteRows, build
from ampacity.core.rows.states import live_shares
from ampacity.core.site import Site
from tests.benchmarks.measure import Measurement, milliseconds
from tests.builders.power import hall, hall_contents, kw

BUILD_LIMIT, DESCRIBE_LIMIT = 200.0, 100.0
LOAD = Load(kw(10), kw(1.5), kw(8.5))


def run(quick: bool) -> list[Measurement]:
    """All figures; `quick` measures a hall of 125 racks once."""
    blocks, growths, repeats = (1, (2,), 1) if quick else (10, (2, 4, 8), 7)
    site = hall(blocks)
    rows = build(site, hall_contents(site))
    name = f"rows: build {len(site.racks):,} racks A/B"
    base = _build(name, site, repeats, BUILD_LIMIT)
    return [
        base,
        *_sizes(rows),
        *_questions(rows, repeats),
        *(_grown(blocks, times, repeats, base) for times in growths),
    ]


def _build(name: str, site: Site, repeats: int, limit: float | None = None) -> Measurement:
    subject = partial(_cold_build, site)
    return Measurement(name, milliseconds(subject, repeats), "ms", limit=limit, subject=subject)


def _cold_build(site: Site) -> SiteRows:
    """As the first build of a process: no shares remembered from the last one."""
    live_shares.cache_clear()
    return build(site, hall_contents(site))


def _sizes(rows: SiteRows) -> list[Measurement]:
    before, after = "rows: before dropping dominated", "rows: after dropping dominated"
    entries = len(rows.entry_rows) / len(rows.rack_index)
    return [
        Measurement(before, rows.built, "rows"),
        Measurement(after, len(rows.rows), "rows", before, len(rows.rows) / rows.built),
        Measurement("rows: that a rack touches", entries, "rows"),
    ]


def _questions(rows: SiteRows, repeats: int) -> list[Measurement]:
    loads = {rack: LOAD for rack in rows.rack_index}
    usage, racks = rows.usage(loads), len(rows.rack_index)
    first = next(iter(rows.rack_index))
    asked = {
        f"rows: usage of {racks:,} racks": partial(rows.usage, loads),
        "rows: check, one rack with its sentence": partial(rows.check, usage, first, LOAD),
    }
    figures = [Measurement(name, milliseconds(subject, repeats), "ms") for name, subject in asked.items()]
    describe = partial(rows.describe, loads)
    name = f"rows: describe {racks:,} racks"
    return [
        *figures,
        Measurement(name, milliseconds(describe, repeats), "ms", limit=DESCRIBE_LIMIT, subject=describe),
    ]


def _grown(blocks: int, times: int, repeats: int, base: Measurement) -> Measurement:
    site = hall(blocks * times)
    grown = _build(f"rows: build x{times}, {len(site.racks):,} racks", site, min(repeats, 3))
    return Measurement(grown.name, grown.value, "ms", base.name, grown.value / base.value)
