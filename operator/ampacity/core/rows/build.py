"""From a site to its rows.

Walk each kind of rack up the graph in each state, drop the rows that never
bind, number the rest.
"""

from __future__ import annotations

from collections.abc import Mapping

from ampacity.core.rows.columns import Columns, make_columns
from ampacity.core.rows.dominate import undominated
from ampacity.core.rows.evenly import capacity
from ampacity.core.rows.fates import outcomes
from ampacity.core.rows.graph import make_graph
from ampacity.core.rows.hall import Hall
from ampacity.core.rows.limits import count_limits, subject_limits
from ampacity.core.rows.local import count_local, kind_fate
from ampacity.core.rows.model import RackContents
from ampacity.core.rows.shares import share_rows
from ampacity.core.rows.sources import make_sources, walk_all
from ampacity.core.rows.states import situations
from ampacity.core.rows.system import SiteRows
from ampacity.core.rows.table import make_table
from ampacity.core.site import Site


def build(site: Site, contents: Mapping[str, RackContents]) -> SiteRows:
    """The constraint system of `site`. `contents`: what stands in each rack; missing racks are empty.

    Raises ValueError where the graph is no graph (cycles, unknown suppliers, equal names) and where
    efficiencies multiply to a loss of more than a thousandfold.
    """
    hall = _walk(site, contents)
    subjects = subject_limits(hall.graph, hall.sources, hall.walks)
    shared = undominated(limit for subject in subjects for limit in subject.kept if limit.coefs)
    columns = make_columns(hall, shared)
    together = _together(site, columns)
    return SiteRows(
        site=site,
        states=tuple([situation.state for situation in hall.states]),
        rows=columns.rows,
        capacity=columns.capacity,
        rack_index={rack.name: index for index, rack in enumerate(site.racks)},
        indptr=columns.indptr,
        entry_rows=columns.entry_rows,
        entry_coefs=columns.entry_coefs,
        outcomes=outcomes(site.racks, contents, hall.sources, hall.walks, hall.states),
        live_cords=tuple([hall.fates[kind].live for kind in hall.sources.of_rack]),
        built=_count(hall),
        table=make_table(hall, subjects, columns),
        shares=share_rows(site, together),
        together=together,
    )


def _walk(site: Site, contents: Mapping[str, RackContents]) -> Hall:
    if len({rack.name for rack in site.racks}) != len(site.racks):
        raise ValueError(f"site {site.name}: two racks have one name")
    graph = make_graph(site)
    states = situations(graph, site.keep_redundancy)
    sources = make_sources(graph, site.racks, contents)
    walks = walk_all(graph, sources, states)
    fates = tuple([kind_fate(sources.all[kind], kind, walks, states) for kind in range(sources.kinds)])
    return Hall(site, graph, states, sources, walks, fates)


def _together(site: Site, columns: Columns) -> int:
    """What the racks can draw together; only asked for where shares are stated."""
    if not site.shares:
        return 0
    return capacity(site, columns.capacity, columns.indptr, columns.entry_rows, columns.entry_coefs)


def _count(hall: Hall) -> int:
    local = sum(
        count_local(rack, hall.fates[kind])
        for rack, kind in zip(hall.site.racks, hall.sources.of_rack, strict=True)
    )
    return count_limits(hall.graph, hall.states) + local
