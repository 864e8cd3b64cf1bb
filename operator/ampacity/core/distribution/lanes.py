"""A pool's columns and rows in the relaxation.

`Lanes`, where no spread binds: one column per way to do a region's work (a flow, and an option at its
site), which takes its part of the site's limits at once. Fractions need no replicas to be counted, so the
program has no rows for sites and replicas, and is solved several times faster than `program`'s. Replicas that
serve already are columns of their own, as they may stay idle, and do a little more than their rate.

`Spread`, where it binds: the columns and rows of `program`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ampacity.core.distribution.block import Block
from ampacity.core.distribution.caps import Caps
from ampacity.core.distribution.matrix import Rows
from ampacity.core.distribution.objective import KEPT, flow_costs, start_costs
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.program import Span, put_block, span_of, upper_of
from ampacity.core.distribution.solver import Floats, Ints
from ampacity.core.distribution.survival import Loss


@dataclass(frozen=True, slots=True, eq=False)
class Lanes:
    """Columns from `first` on: `flow` and `option` of each lane; `still`: flows to what serves already;
    `kept`: options that have replicas."""

    block: Block
    first: int
    flow: Ints
    option: Ints
    still: Ints
    kept: Ints

    @property
    def stop(self) -> int:
        """The first column that is no more of this pool."""
        return self.first + len(self.flow) + len(self.still) + len(self.kept)

    def upper(self) -> Floats:
        """The most that each column may be."""
        region, work = self.block.flow_region, self.block.work
        return np.concatenate(
            [work[region[self.flow]], work[region[self.still]], self.block.option_current[self.kept]]
        )

    def cost(self, weight: float, policy: Policy) -> Floats:
        """What each column costs where a GPU served is worth `weight`."""
        block = self.block
        flows = flow_costs(block) - weight * block.value
        starts = start_costs(block, policy) / block.option_rate
        kept = np.full(len(self.kept), KEPT)
        return np.concatenate([flows[self.flow] + starts[self.option], flows[self.still], kept])

    def put(self, rows: Rows, caps: Caps, room: int, band: float) -> None:
        """Entries of all rows; those of `caps` start at `room`."""
        block = self.block
        lane = self.first + np.arange(len(self.flow))
        still = self.first + len(self.flow) + np.arange(len(self.still))
        kept = still[-1:].max(initial=lane[-1:].max(initial=self.first - 1)) + 1 + np.arange(len(self.kept))
        work = rows.open(block.work)
        rows.put(work + block.flow_region[self.flow], lane, 1.0)
        rows.put(work + block.flow_region[self.still], still, 1.0)
        which, row, coef = caps.entries(block.option_berth[self.option])
        rows.put(room + row, lane[which], coef / block.option_rate[self.option][which])
        which, row, coef = caps.entries(block.option_berth[self.kept])
        rows.put(room + row, kept[which], coef)
        points = np.unique(block.option_point[self.kept])
        able = rows.open(np.zeros(len(points)))
        rows.put(able + np.searchsorted(points, block.flow_point[self.still]), still, 1.0)
        rate = block.option_rate[self.kept] * (1 + band)
        rows.put(able + np.searchsorted(points, block.option_point[self.kept]), kept, -rate)

    def read(self, x: Floats) -> tuple[Floats, Floats]:
        """Replicas [options] and flows [flows]."""
        block, lanes = self.block, len(self.flow)
        lane, still, kept = np.split(x[self.first : self.stop], [lanes, lanes + len(self.still)])
        flows, counts = np.zeros(len(block.flow_point)), np.zeros(len(block.option_point))
        np.add.at(flows, self.flow, lane)
        flows[self.still] += still
        np.add.at(counts, self.option, lane / block.option_rate[self.option])
        counts[self.kept] += kept
        return counts, flows


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """A pool whose spread binds: columns of its `span`."""

    block: Block
    span: Span
    losses: Sequence[Loss]

    @property
    def stop(self) -> int:
        """The first column that is no more of this pool."""
        stop: int = self.span.stands.stop
        return stop

    def upper(self) -> Floats:
        """The most that each column may be."""
        return upper_of(self.block)

    def cost(self, weight: float, policy: Policy) -> Floats:
        """What each column costs where a GPU served is worth `weight`."""
        block, span = self.block, self.span
        flows = flow_costs(block) - weight * block.value
        kept, stands = np.full(len(block.option_point), KEPT), np.zeros(span.stands.stop - span.stands.start)
        return np.concatenate([flows, start_costs(block, policy), kept, stands])

    def put(self, rows: Rows, caps: Caps, room: int, band: float) -> None:
        """Entries of all rows; those of `caps` start at `room`."""
        put_block(rows, self.block, self.span, band, self.losses)
        which, row, coef = caps.entries(self.block.option_berth)
        rows.put(room + row, self.span.starts.start + which, coef)
        rows.put(room + row, self.span.kept.start + which, coef)

    def read(self, x: Floats) -> tuple[Floats, Floats]:
        """Replicas [options] and flows [flows]."""
        return x[self.span.starts] + x[self.span.kept], x[self.span.flows]


def columns_of(block: Block, first: int, losses: Sequence[Loss]) -> Lanes | Spread:
    """The pool's columns from `first` on."""
    if block.spreads:
        return Spread(block, span_of(block, first), losses)
    order = np.argsort(block.option_point, kind="stable")
    order = order[block.option_slots[order] > 0]
    bounds = np.searchsorted(block.option_point[order], np.arange(len(block.site) + 1))
    sizes = np.diff(bounds)[block.flow_point]
    flow = np.repeat(np.arange(len(block.flow_point)), sizes)
    place = np.arange(len(flow)) + np.repeat(bounds[block.flow_point] - np.cumsum(sizes) + sizes, sizes)
    kept = np.flatnonzero(block.option_current)
    still = np.flatnonzero(np.isin(block.flow_point, block.option_point[kept]))
    return Lanes(block, first, flow, order[place], still, kept)
