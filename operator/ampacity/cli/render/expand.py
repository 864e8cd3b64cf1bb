"""What an envelope's patterns stand for, as a table."""

from __future__ import annotations

from ampacity.cli.render.style import Style
from ampacity.cli.render.table import table
from ampacity.core.site import Site
from ampacity.core.units import format_power
from ampacity.translate.sites.expansion import expand_table

_HEADS = ("PART", "NAME", "TYPE", "CAPACITY", "FED BY", "DETAIL")


def draw_expansion(site: Site, style: Style) -> str:
    """Every domain, cooling unit and rack of a site, one a line."""
    rows = [
        [row.kind, row.name, row.type, _power(row.capacity), ", ".join(row.suppliers) or "-", row.detail]
        for row in expand_table(site)
    ]
    heading = f"{style.paint(site.name, 'bold')}  {len(rows):,} parts"
    return f"{heading}\n{table(_HEADS, rows, style, right=(3,))}"


def _power(capacity: int | None) -> str:
    return "-" if capacity is None else format_power(capacity)
