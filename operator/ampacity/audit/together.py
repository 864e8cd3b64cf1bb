"""What the racks of a site can draw together, from the walk: for shares that keep power for a class.

The racks grow evenly from nothing in all states at once, until a limit stops those that load it. What one
more kilowatt in each rack puts on each limit is seen by pushing it up the graph. In floating point, since
a share is judged with `SLACK`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ampacity.audit.limits import Key, limits_of
from ampacity.audit.push import Push
from ampacity.audit.scene import consumers_first, scenes
from ampacity.audit.sources import Source, sources_of
from ampacity.core.load import Load
from ampacity.core.site import Site

SLACK = 1.001
_KILOWATT = 1_000_000
_FULL = 1e-9

Coefs = dict[str, float]


@dataclass(slots=True)
class _Row:
    """What is left of a limit in one state, mW, and what a milliwatt in each rack takes of it."""

    left: float
    takes: Coefs


def together(site: Site, on_air: Collection[str]) -> float:
    """mW. `on_air`: racks in which nothing needs liquid."""
    rows = list(_rows(site, on_air))
    now = next(scenes(site))
    growing = {rack.name for rack in site.racks if not now.loses(rack, rack.name in on_air)}
    drawn, tight = 0.0, [max(row.left, 1.0) * _FULL for row in rows]
    while growing:
        rates = [sum(take for rack, take in row.takes.items() if rack in growing) for row in rows]
        steps = [max(row.left, 0.0) / rate for row, rate in zip(rows, rates, strict=True) if rate > 0]
        if not steps:
            break
        drawn += min(steps) * len(growing)
        for row, rate in zip(rows, rates, strict=True):
            row.left -= min(steps) * rate
        state = zip(rows, rates, tight, strict=True)
        full = [row for row, rate, low in state if rate > 0 and row.left <= low]
        growing -= {rack for row in full for rack, take in row.takes.items() if take > 0}
    return drawn


def _rows(site: Site, on_air: Collection[str]) -> Iterator[_Row]:
    capacities = {limit.key: limit.capacity for limit in limits_of(site)}
    order, sources = consumers_first(site), sources_of(site, on_air)
    for scene in scenes(site):
        takes: dict[Key, Coefs] = {}
        base: dict[Key, float] = {}
        for source in sources:
            still = Push(scene, order).sums(source, {})
            for key, load in still.items():
                base[key] = base.get(key, 0.0) + float(load)
            for key, load in Push(scene, order).sums(source, _kilowatts(source)).items():
                racks = _on(key, source)
                more = float(load - still.get(key, 0)) / _KILOWATT / max(1, len(racks))
                takes.setdefault(key, {}).update(dict.fromkeys(racks, more))
        for key, coefs in takes.items():
            if key in capacities:
                yield _Row(capacities[key] - base.get(key, 0.0), coefs)


def _kilowatts(source: Source) -> Mapping[str, Load]:
    """A kilowatt in each rack, whose heat goes to the loop where there is one."""
    wet, dry = Load(_KILOWATT, 0, _KILOWATT), Load(_KILOWATT, _KILOWATT)
    return {rack.name: wet if rack.liquid else dry for rack in source.racks}


def _on(key: Key, source: Source) -> Sequence[str]:
    """Whose load a limit carries: that of one rack, or of all on the same edges."""
    names = [rack.name for rack in source.racks]
    return [key[1]] if key[1] in names else names
