"""Blocks and room as one linear program.

Columns, block by block: a flow of work from region to point; replicas of each option to be `starts`ed, and
those that serve already (`kept`); where a pool must stand at several sites, whether it `stands` at a point.
Then one column per berth: replicas of all pools there.

Rows: a region's demand; a point's work is no more than its replicas do; spread; what is left when a site is
lost; a berth's replicas add up; the limits of the sites. What each figure costs is said in `objective`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ampacity.core.distribution.block import Block
from ampacity.core.distribution.matrix import Rows
from ampacity.core.distribution.room import Room
from ampacity.core.distribution.solver import Floats, Ints, Model
from ampacity.core.distribution.survival import Loss


@dataclass(frozen=True, slots=True)
class Span:
    """Where a block's columns are."""

    flows: slice
    starts: slice
    kept: slice
    stands: slice


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """The model, and where each block's columns are in it; `width` columns in all."""

    blocks: tuple[Block, ...]
    spans: tuple[Span, ...]
    model: Model

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.model.upper)


def pose(blocks: Sequence[Block], room: Room, band: float, losses: Sequence[Loss] = ()) -> Program:
    """The program of these blocks in this room. `band`: how much more than its rate a kept replica does."""
    spans = tuple(_spans(blocks))
    rows = Rows()
    for block, span in zip(blocks, spans, strict=True):
        put_block(rows, block, span, band, losses)
    berths = np.unique(np.concatenate([block.option_berth for block in blocks]))
    width = spans[-1].stands.stop if spans else 0
    _berths(rows, blocks, spans, berths, width)
    _limits(rows, room, berths, width)
    upper = np.concatenate([*(upper_of(block) for block in blocks), np.maximum(room.slots[berths], 0)])
    whole = np.ones(len(upper), np.bool_)
    for span in spans:
        whole[span.flows] = False
    whole[width:] = False
    return Program(tuple(blocks), spans, Model(upper.astype(np.float64), *rows.joined(), whole))


def put_block(rows: Rows, block: Block, span: Span, band: float, losses: Sequence[Loss]) -> None:
    """All rows of a block but those that blocks share."""
    _demands(rows, block, span)
    _points(rows, block, span, band)
    _share(rows, block, span)
    _stands(rows, block, span)
    for loss in losses:
        if loss.pool == block.pool.name:
            _loss(rows, block, span, band, loss)


def _spans(blocks: Sequence[Block]) -> Iterator[Span]:
    stop = 0
    for block in blocks:
        span = span_of(block, stop)
        stop = span.stands.stop
        yield span


def span_of(block: Block, start: int) -> Span:
    """The columns of a block that begins at `start`."""
    flows, options = len(block.flow_point), len(block.option_point)
    first, second, third = start + flows, start + flows + options, start + flows + 2 * options
    stop = third + (len(block.site) if block.sites > 1 else 0)
    return Span(slice(start, first), slice(first, second), slice(second, third), slice(third, stop))


def upper_of(block: Block) -> Floats:
    """The most that each column of a block may be."""
    stands = np.ones(len(block.site) if block.sites > 1 else 0)
    return np.concatenate([block.work[block.flow_region], block.option_slots, block.option_current, stands])


def _put_replicas(
    rows: Rows, span: Span, row: Ints, value: Floats, band: float, pick: Ints | slice = slice(None)
) -> None:
    """Entries for the replicas of options, those kept doing `band` more."""
    columns = np.arange(span.starts.start, span.starts.stop)[pick]
    rows.put(row, columns, value)
    rows.put(row, columns + (span.kept.start - span.starts.start), value * (1 + band))


def _demands(rows: Rows, block: Block, span: Span) -> None:
    first = rows.open(block.work)
    rows.put(first + block.flow_region, _columns(span.flows), 1.0)


def _points(rows: Rows, block: Block, span: Span, band: float) -> None:
    first = rows.open(np.zeros(len(block.site)))
    rows.put(first + block.flow_point, _columns(span.flows), 1.0)
    _put_replicas(rows, span, first + block.option_point, -block.option_rate, band)


def _share(rows: Rows, block: Block, span: Span) -> None:
    """No site above its share of the replicas."""
    if block.share >= 1:
        return
    points, options = len(block.site), len(block.option_point)
    first = rows.open(np.zeros(points))
    row, option = np.divmod(np.arange(points * options), options)
    value = (block.option_point[option] == row).astype(np.float64) - block.share
    _put_replicas(rows, span, first + row, value, 0.0, option)


def _stands(rows: Rows, block: Block, span: Span) -> None:
    """If it stands anywhere then at enough sites."""
    if block.sites <= 1:
        return
    points, ones = len(block.site), np.ones(len(block.option_point))
    most = np.bincount(
        block.option_point, weights=block.option_slots + block.option_current, minlength=points
    )
    below = rows.open(np.zeros(points))
    _put_replicas(rows, span, below + block.option_point, ones, 0.0)
    rows.put(below + np.arange(points), _columns(span.stands), -most.astype(np.float64))
    above = rows.open(np.zeros(points))
    _put_replicas(rows, span, above + block.option_point, -ones, 0.0)
    rows.put(above + np.arange(points), _columns(span.stands), 1.0)
    enough = rows.open(np.zeros(points))
    row, point = np.divmod(np.arange(points * points), points)
    rows.put(enough + row, span.stands.start + point, np.where(row == point, block.sites, 0) - 1.0)


def _loss(rows: Rows, block: Block, span: Span, band: float, loss: Loss) -> None:
    """What the regions are served is no more than what is left to them does."""
    first = rows.open(np.zeros(1))
    flows = np.flatnonzero(loss.regions[block.flow_region])
    rows.put(np.full(len(flows), first), span.flows.start + flows, 1.0)
    left = np.flatnonzero(loss.points[block.option_point])
    _put_replicas(rows, span, np.full(len(left), first), -block.option_rate[left], band, left)


def _berths(rows: Rows, blocks: Sequence[Block], spans: Sequence[Span], berths: Ints, width: int) -> None:
    first = rows.open(np.zeros(len(berths)))
    for block, span in zip(blocks, spans, strict=True):
        row = first + np.searchsorted(berths, block.option_berth)
        _put_replicas(rows, span, row, np.ones(len(row)), 0.0)
    rows.put(first + np.arange(len(berths)), width + np.arange(len(berths)), -1.0)


def _limits(rows: Rows, room: Room, berths: Ints, width: int) -> None:
    """Limits that touch these berths, each scaled to a largest coefficient of 1."""
    inside = np.isin(room.berth, berths)
    place = np.searchsorted(berths, room.berth[inside])
    limits, row = np.unique(room.limit[inside], return_inverse=True)
    scale = np.zeros(len(limits))
    np.maximum.at(scale, row, room.coef[inside].astype(np.float64))
    first = rows.open(np.maximum(room.left[limits], 0) / np.maximum(scale, 1))
    rows.put(first + row, width + place, room.coef[inside] / scale[row])


def _columns(part: slice) -> Ints:
    return np.arange(part.start, part.stop)
