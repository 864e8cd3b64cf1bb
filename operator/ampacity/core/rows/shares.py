"""Shares of classes of work as rows over a whole site, in watts that its servers draw.

At most Y for a class: its GPUs, each with its equal part of its server idle and its CPUs, draw no more
than Y. At least X: everything else (all racks, servers idle or in doubt included, less what GPUs of the
class add to idle servers) draws no more than the site's capacity less X. Two classes that have
something kept for them have both kept for them: so there is a row for each group of such classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from ampacity.core.rows.model import Row, RowKind
from ampacity.core.rows.states import NORMAL
from ampacity.core.site import Site
from ampacity.core.workload import Workload


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A row on all racks of a site: of a SHARE what `classes` draw counts, of a REST all but their GPUs."""

    row: Row
    classes: frozenset[Workload]

    @property
    def key(self) -> tuple[RowKind, str]:
        """Equal for rows that count the same, whatever their site and capacity."""
        return self.row.kind, self.row.subject

    @property
    def rest(self) -> bool:
        return self.row.kind is RowKind.REST


def share_rows(site: Site, capacity: int) -> tuple[ShareRow, ...]:
    """The rows of the site's shares. `capacity`: what its racks can draw together, mW."""
    return (*_shares(site), *_rests(site, capacity))


def _shares(site: Site) -> Iterator[ShareRow]:
    for share in site.shares:
        if share.at_most is not None:
            yield _row(RowKind.SHARE, [share.workload], share.at_most)


def _rests(site: Site, capacity: int) -> Iterator[ShareRow]:
    kept = [share for share in site.shares if share.at_least]
    for count in range(1, len(kept) + 1):
        for group in combinations(kept, count):
            most = capacity - sum(share.at_least for share in group)
            yield _row(RowKind.REST, [share.workload for share in group], max(0, most))


def _row(kind: RowKind, classes: list[Workload], capacity: int) -> ShareRow:
    return ShareRow(Row(kind, " and ".join(classes), "", NORMAL, capacity), frozenset(classes))
