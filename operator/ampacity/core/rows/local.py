"""Limits that only one rack knows: its cords, its own power and air limits, its shelves.

All load on such a row is the rack's own, so the worst state of each limit is
known in closed form and is the same for every rack of a kind with equal figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ampacity.core.rows.dominate import Limit, undominated
from ampacity.core.rows.flow import Coefs, Source
from ampacity.core.rows.model import RowKind
from ampacity.core.rows.sources import Walks, rack_base
from ampacity.core.rows.states import SCALE, Situation, live_shares, live_supplies
from ampacity.core.site import Rack
from ampacity.core.units import PPM

_ALL: Coefs = (PPM, PPM, PPM)
_POWER: Coefs = (PPM, 0, 0)
_AIR: Coefs = (0, PPM, 0)
_HEAT: Coefs = (0, PPM, PPM)


@dataclass(frozen=True, slots=True)
class LocalLimit:
    """A row of one rack. `edge`: which power edge a CORD row is about. `capacity` mW, `base` nW."""

    kind: RowKind
    edge: int
    situation: int
    capacity: int
    coefs: Coefs
    base: int


@dataclass(frozen=True, slots=True)
class KindFate:
    """What the states mean for one kind of rack, as far as its local limits need it.

    `lost`: what it has lost in normal operation, "" if nothing. `live`: its power
    edges now. `peaks`: per power edge the largest share (ppm) and its first state.
    `diverted`: the first state in which loop heat goes to air, None if there is none.
    `runs`: in how many states it is not Lost, `edge_states`: and this edge carries it.
    """

    lost: str
    live: tuple[bool, ...]
    peaks: tuple[tuple[int, int], ...]
    diverted: int | None
    runs: int
    edge_states: tuple[int, ...]


def kind_fate(source: Source, number: int, walks: Walks, states: Sequence[Situation]) -> KindFate:
    """Go through normal operation and the states that reach this kind of rack."""
    reaching = walks.reaching[number]
    running = [i for i in reaching if not walks.by_state[i][number].lost]
    live = [source.power.live(states[i].dead) for i in running]
    usual = len(states) - len(reaching) if running[:1] == [0] else 0
    counts = [sum(column) for column in zip(*live, strict=True)] or [0] * len(source.power.nodes)
    diverted = next((i for i in running if source.liquid.cut(states[i].dead)), None)
    now = source.power.live(states[0].dead)
    return KindFate(
        walks.by_state[0][number].lost, now, _peaks(source, running, live), diverted, len(running) + usual,
        tuple([count + usual * lives for count, lives in zip(counts, now, strict=True)]),
    )


def _peaks(source: Source, running: list[int], live: list[tuple[bool, ...]]) -> tuple[tuple[int, int], ...]:
    peaks = [(0, 0)] * len(source.power.nodes)
    for situation, alive in zip(running, live, strict=True):
        for edge, share in enumerate(live_shares(source.power.shares, alive)):
            ppm = -(-share * PPM // SCALE)
            if ppm > peaks[edge][0]:
                peaks[edge] = (ppm, situation)
    return tuple(peaks)


def local_limits(rack: Rack, fate: KindFate) -> list[LocalLimit]:
    """The rows of `rack` alone that no other of them dominates; if it is Lost now, one without capacity."""
    if fate.lost:
        return [LocalLimit(RowKind.OUT, 0, 0, 0, _ALL, 0)]
    every = list(_every(rack, fate))
    limits = [
        Limit((0, 0), one.situation, {0: one.coefs}, one.base, one.capacity * PPM - one.base, order)
        for order, one in enumerate(every)
    ]
    return [every[limit.order] for limit in undominated(limits)]


def count_local(rack: Rack, fate: KindFate) -> int:
    """How many local rows this rack has over all states before any is dropped."""
    own = sum(limit is not None for limit in (rack.limit, rack.shelves, rack.air_limit))
    cords = zip(rack.power, fate.edge_states, strict=True)
    out = bool(fate.lost)
    return out + own * fate.runs + sum(count for edge, count in cords if edge.breaker is not None)


def _every(rack: Rack, fate: KindFate) -> Iterator[LocalLimit]:
    base = rack_base(rack)
    if rack.limit is not None:
        yield LocalLimit(RowKind.RACK, 0, 0, rack.limit, _POWER, base.power * PPM)
    if rack.shelves is not None:
        carried = live_supplies(rack.shelves.count, fate.live) * rack.shelves.watts
        yield LocalLimit(RowKind.SHELVES, 0, 0, carried, _POWER, base.power * PPM)
    for index, (edge, (peak, situation)) in enumerate(zip(rack.power, fate.peaks, strict=True)):
        if edge.breaker is not None and peak:
            yield LocalLimit(RowKind.CORD, index, situation, edge.breaker, (peak, 0, 0), base.power * peak)
    if rack.air_limit is not None:
        yield LocalLimit(RowKind.RACK_AIR, 0, 0, rack.air_limit, _AIR, base.air * PPM)
        if fate.diverted is not None:
            heat = (base.air + base.liquid) * PPM
            yield LocalLimit(RowKind.RACK_AIR, 0, fate.diverted, rack.air_limit, _HEAT, heat)
