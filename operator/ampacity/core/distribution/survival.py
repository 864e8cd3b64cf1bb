"""What hot replicas must still do when a site is lost.

A pool that is to survive the loss of any one site is served only what the rest can take over at once. By
Gale's theorem that is so exactly if, for every site lost and every set of regions, what the regions are
served is at most what the remaining sites within their reach do. There are too many sets to write down, so
rows start with all regions and each region's peers, and `violated` finds a set that fails, if there is any:
the minimum cut of a maximum flow, read off the prices of a small linear program.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ampacity.core.distribution.block import Block
from ampacity.core.distribution.matrix import Rows
from ampacity.core.distribution.solver import Floats, Ints, Model, Session

_TOLERANCE = 1e-6

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """One row: what `regions` are served is at most what the pool's options at `points` do."""

    pool: str
    regions: Mask
    points: Mask


def first_losses(block: Block) -> Iterator[Loss]:
    """For every site: all regions, and for each region all that reach no site but its own."""
    if not block.pool.spread.survive or block.pool.replicas is not None:
        return
    reach = _reach(block)
    sets = {tuple(~(reach & ~mine).any(axis=1)) for mine in reach} | {(True,) * len(reach)}
    for regions in sorted(sets):
        for lost in range(len(block.site)):
            yield _loss(block, np.array(regions), lost)


def violated(block: Block, flows: Floats, capacity: Floats) -> Loss | None:
    """Regions that are served more than is left to them when some site is lost. `capacity`: [points]."""
    if not block.pool.spread.survive or block.pool.replicas is not None:
        return None
    served: Floats = np.bincount(block.flow_region, weights=flows, minlength=len(block.work)).astype(float)
    for lost in np.flatnonzero(capacity > 0).tolist():
        left: Floats = capacity.copy()
        left[lost] = 0.0
        regions = _cut(block, served, left)
        if regions is not None:
            return _loss(block, regions, lost)
    return None


def _loss(block: Block, regions: Mask, lost: int) -> Loss:
    points = np.asarray(_reach(block)[regions].any(axis=0), np.bool_)
    points[lost] = False
    return Loss(block.pool.name, regions, points)


def _reach(block: Block) -> Mask:
    """[regions, points]: is there a flow between them?"""
    reach = np.zeros((len(block.work), len(block.site)), np.bool_)
    reach[block.flow_region, block.flow_point] = True
    return reach


def _cut(block: Block, served: Floats, left: Floats) -> Mask | None:
    """The regions that are cut off from their sites if not all that is served flows; else None."""
    rows = Rows()
    columns = np.arange(len(block.flow_region))
    rows.put(rows.open(served) + block.flow_region, columns, 1.0)
    rows.put(rows.open(left) + block.flow_point, columns, 1.0)
    width = len(columns)
    model = Model(np.full(width, served.sum()), *rows.joined(), np.zeros(width, np.bool_))
    answer = Session(model, relaxed=True).minimise(-np.ones(width))
    if answer is None or -answer.cost >= served.sum() * (1 - _TOLERANCE) - _TOLERANCE:
        return None
    price: Ints = np.round(-answer.price[: len(served)]).astype(np.int64)
    cut: Mask = price == 0
    return cut
