"""Limits that are exceeded, as sentences: each once, in the state that exceeds it most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ampacity.core.load import NOTHING, Load
from ampacity.core.plan import Grant
from ampacity.core.rows import RowKind, Shortfall, SiteRows, failing
from ampacity.core.snapshot import Snapshot
from ampacity.core.units import PPM, format_power

_OWN = (RowKind.RACK, RowKind.RACK_AIR, RowKind.SHELVES)


def exceeded(snapshot: Snapshot, grants: Sequence[Grant]) -> list[str]:
    """One sentence for each limit that is over once `grants` are made, site by site."""
    return [
        f"{site}: {sentence}"
        for site in sorted(snapshot.sites)
        for sentence in _of_site(snapshot.sites[site].rows, loads_with(snapshot, site, grants))
    ]


def loads_with(snapshot: Snapshot, site: str, grants: Sequence[Grant]) -> dict[str, Load]:
    """Charged load per rack of a site with these grants made, mW."""
    loads = snapshot.rack_loads(site)
    for grant in grants:
        if grant.site == site and not grant.held:
            loads[grant.rack] = loads.get(grant.rack, NOTHING) + grant.load
    return loads


def _of_site(rows: SiteRows, loads: Mapping[str, Load]) -> Iterator[str]:
    over = rows.usage(loads) - rows.capacity
    worst: dict[tuple[RowKind, str], Shortfall] = {}
    for number in (over > 0).nonzero()[0].tolist():
        row = rows.rows[number]
        if row.kind is RowKind.OUT:
            continue
        short = Shortfall(rows.site.name, "", row, -(-int(over[number]) // PPM))
        known = worst.setdefault((row.kind, row.subject), short)
        worst[row.kind, row.subject] = max(known, short, key=lambda found: found.short)
    for short in worst.values():
        yield _sentence(short)


def _sentence(short: Shortfall) -> str:
    row = short.row
    where = f"rack {row.subject}: " if row.kind in _OWN else ""
    over = f"over its {format_power(row.capacity)} by {format_power(short.short)}"
    return f"{where}{short.limit()} is {over}{failing(row.state)}"
