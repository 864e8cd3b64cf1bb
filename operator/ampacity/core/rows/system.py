"""A site's constraint system, and the one question asked of it: does this fit here?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ampacity.core.load import Load, Supplies
from ampacity.core.rows import status
from ampacity.core.rows.model import Column, Entry, FailureEffect, Row, RowKind, RowStatus
from ampacity.core.rows.shares import ShareRow
from ampacity.core.rows.shortfall import Shortfall
from ampacity.core.rows.states import NORMAL, live_supplies
from ampacity.core.rows.sums import sum_rows
from ampacity.core.site import CoolingUnit, Declared, Domain, Outcome, Site, State
from ampacity.core.units import PPM


@dataclass(frozen=True, slots=True, eq=False)
class SiteRows:
    """A site's constraint system. Built once per accepted generation; loads come and go.

    `rows` are those left after dominated ones were dropped; `built` says how
    many there were before. Rack number i (`rack_index`) has the sparse column
    `entry_rows[indptr[i]:indptr[i+1]]` with `entry_coefs` (nnz x 3: ppm of power,
    air, liquid), never all zero. `capacity`: per row, nW, int64, with `base` already
    taken off. `outcomes`: per state name, racks that do not survive it.
    `live_cords`: per rack, which of its power edges live now. `shares`: rows over classes of
    work, on all racks alike and so in no column. `together`: what all racks can draw at
    once, mW; 0 where no shares are stated.
    """

    site: Site
    states: tuple[State, ...]
    rows: tuple[Row, ...]
    capacity: npt.NDArray[np.int64]
    rack_index: Mapping[str, int]
    indptr: npt.NDArray[np.int64]
    entry_rows: npt.NDArray[np.int64]
    entry_coefs: npt.NDArray[np.int64]
    outcomes: Mapping[str, Mapping[str, Outcome]]
    live_cords: tuple[tuple[bool, ...], ...]
    built: int
    table: status.StatusTable
    shares: tuple[ShareRow, ...] = ()
    together: int = 0

    @property
    def columns(self) -> Mapping[str, Column]:
        """Per rack, its column as entries."""
        return _Columns(self)

    def usage(self, loads: Mapping[str, Load]) -> npt.NDArray[np.int64]:
        """Load on each row in nW for charged loads per rack (racks it does not know are ignored)."""
        parts = np.repeat(self.load_array(loads), np.diff(self.indptr), axis=0)
        return sum_rows(self.entry_rows, self.entry_coefs, parts, len(self.rows))

    def load_array(self, loads: Mapping[str, Load]) -> npt.NDArray[np.int64]:
        """Loads by rack number, racks x 3, mW."""
        array = np.zeros((len(self.rack_index), 3), dtype=np.int64)
        for rack, load in loads.items():
            index = self.rack_index.get(rack)
            if index is not None:
                array[index] = (load.power, load.air, load.liquid)
        return array

    def check(self, usage: npt.NDArray[np.int64], rack: str, load: Load) -> Shortfall | None:
        """None if `load` more at `rack` fits on top of `usage`, else the row that is most short.

        A row that the load does not touch never refuses. Of equally short rows one of
        normal operation is named first, then the earlier. Raises KeyError on an unknown rack.
        """
        worst: tuple[int, bool, int] | None = None
        for entry in self.columns[rack]:
            more = entry.power * load.power + entry.air * load.air + entry.liquid * load.liquid
            over = int(usage[entry.row]) + more - int(self.capacity[entry.row])
            if more > 0 and over > 0:
                found = (over, self.rows[entry.row].state.normal, -entry.row)
                worst = found if worst is None else max(worst, found)
        return None if worst is None else self.shortfall(rack, -worst[2], worst[0])

    def check_shares(self, left: Sequence[int], rack: str, adds: Sequence[int]) -> Shortfall | None:
        """The share row that is most short by what a pod in `rack` adds to each (mW), if one is.

        `left`: what is left on each, nW. One that the pod adds nothing to never refuses it.
        """
        over = [(add * PPM - free, -number) for number, (free, add) in enumerate(zip(left, adds, strict=True))
                if add > 0 and add * PPM > free]
        if not over:
            return None
        short, number = max(over)
        return Shortfall(self.site.name, rack, self.shares[-number].row, -(-short // PPM))

    def shortfall(self, rack: str, row: int, over: int) -> Shortfall:
        """Row number `row`, over its capacity by `over` nW, as what `rack` is refused for."""
        return Shortfall(self.site.name, rack, self.rows[row], -(-over // PPM))

    def supply_limit(self, rack: str, supplies: Supplies) -> int:
        """What the power supplies of one node in `rack` carry in the current state, mW.

        Supplies are cabled evenly over the rack's power edges; on a dead edge they carry nothing.
        """
        live = self.live_cords[self.rack_index[rack]]
        return live_supplies(supplies.count, live) * supplies.watts

    def supplies_shortfall(self, rack: str, node: str, supplies: Supplies, power: int) -> Shortfall | None:
        """The row of a node's own power supplies, if a draw of `power` mW is more than they carry."""
        limit = self.supply_limit(rack, supplies)
        if power <= limit:
            return None
        return Shortfall(self.site.name, rack, Row(RowKind.SUPPLIES, node, "", NORMAL, limit), power - limit)

    def unmet(self, rack: str, types: Collection[str]) -> State | None:
        """The first state that a demand to survive `types` names and that `rack` does not survive."""
        named = (state for state in self.states if self._names(state, types))
        return next((state for state in named if rack in self.outcomes[state.name]), None)

    def part_types(self) -> frozenset[str]:
        """Types of all domains and cooling units of the site."""
        return frozenset(part.type for part in _parts(self.site))

    def failure_types(self) -> frozenset[str]:
        """Types whose loss the states look at: of failure domains, and of whatever is out of service now."""
        return frozenset(
            part.type
            for part in _parts(self.site)
            if part.failure_domain or part.state is not Declared.HEALTHY
        )

    def untested(self, types: Collection[str]) -> frozenset[str]:
        """Those of `types` that the site has parts of, none of which is a failure domain."""
        return self.part_types().intersection(types) - self.failure_types()

    def surviving(self, types: Collection[str]) -> npt.NDArray[np.bool_]:
        """Per rack number: does it survive every state that `types` names?

        A type the site has nothing of cannot fail there. One that it has, but that no state looks at,
        has not been shown to be survived: then no rack does.
        """
        if self.untested(types):
            return np.zeros(len(self.rack_index), dtype=np.bool_)
        survives = np.ones(len(self.rack_index), dtype=np.bool_)
        for state in self.states:
            if self._names(state, types):
                survives[[self.rack_index[rack] for rack in self.outcomes[state.name]]] = False
        return survives

    def _names(self, state: State, types: Collection[str]) -> bool:
        """The current state is named by the type of anything that is declared out of service."""
        if not state.normal:
            return state.failed_type in types
        out = [domain.type for domain in self.site.domains if domain.state is not Declared.HEALTHY]
        out += [unit.type for unit in self.site.cooling if unit.state is not Declared.HEALTHY]
        return any(one in types for one in out)

    def failures(self) -> tuple[FailureEffect, ...]:
        """Per state, normal operation included, the racks that are Lost and Throttled."""
        return tuple([status.effect(state, self.outcomes[state.name]) for state in self.states])

    def describe(self, loads: Mapping[str, Load]) -> tuple[RowStatus, ...]:
        """Per domain, cooling unit and rack: capacity, reserved now, reserved in the worst failure."""
        return status.describe(self.table, self.load_array(loads))


class _Columns(Mapping[str, Column]):
    """The sparse columns as tuples of entries, made when asked for."""

    def __init__(self, system: SiteRows) -> None:
        self._system = system

    def __getitem__(self, rack: str) -> Column:
        system, index = self._system, self._system.rack_index[rack]
        part = slice(int(system.indptr[index]), int(system.indptr[index + 1]))
        pairs = zip(system.entry_rows[part].tolist(), system.entry_coefs[part].tolist(), strict=True)
        return tuple([Entry(row, *coefs) for row, coefs in pairs])

    def __iter__(self) -> Iterator[str]:
        return iter(self._system.rack_index)

    def __len__(self) -> int:
        return len(self._system.rack_index)


def _parts(site: Site) -> tuple[Domain | CoolingUnit, ...]:
    return (*site.domains, *site.cooling)
