"""Several shapes at once as an integer program: coarse first, node by node where that promised too much.

Coarse: the nodes of a class of racks count together, so the program stays small and bounds every real
packing. Whether pods of 1, 2, 4 and 8 GPUs find room on its nodes is said by pieces: pods of at
least t GPUs can use no more of a node than whole pieces of t. Where each size divides the next that is
necessary and sufficient (fill nodes with the largest first); over several racks, or where CPU and memory
are short, it may promise a little too much, which dealing the pods out shows.

Fine: every node counts for itself. Exact, but as large as the fleet; for small halls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from ampacity.core.placement.classes import Classes
from ampacity.core.placement.columns import Ints
from ampacity.core.placement.demand import Demand
from ampacity.core.placement.floor import Floor
from ampacity.core.placement.program import Cell, Program, Seats, lump, rows, shares, split_plain, totals
from ampacity.core.placement.solver import Limit

Columns = Sequence[tuple[int, Cell]]


def pose_together(
    floor: Floor, everybody: Sequence[Seats], wanted: Mapping[Demand, int], fine: bool
) -> Program:
    """The program of several demands."""
    classes = lump(floor, everybody)
    cells = tuple([cell for seats in everybody for cell in split_plain(floor, classes, seats, fine)])
    limits = [*rows(classes, cells), *shares(floor, cells), *totals(cells, wanted)]
    for nodes, columns in _bins(cells, fine):
        limits += _pieces(floor, classes, columns, nodes)
        limits += _resources(floor, columns, nodes)
    if fine:
        limits += _rooms(floor, classes, cells)
    return Program(cells, tuple(limits), alone=False)


def _bins(cells: Sequence[Cell], fine: bool) -> Iterator[tuple[Ints, Columns]]:
    """What counts together: the nodes of a class, or one node; and the unknowns that may use them."""
    bins: dict[int, list[tuple[int, Cell]]] = {}
    for column, cell in enumerate(cells):
        bins.setdefault(int(cell.seats.nodes[0]) if fine else cell.seats.member, []).append((column, cell))
    for columns in bins.values():
        yield np.unique(np.concatenate([cell.seats.nodes for _, cell in columns])), columns


def _pieces(floor: Floor, classes: Classes, columns: Columns, nodes: Ints) -> Iterator[Limit]:
    """GPUs that pods of at least `size` GPUs can use: whole pieces of nodes, and of what the racks carry."""
    bays, place = np.unique(floor.columns.bay[nodes], return_inverse=True)
    idle = np.maximum(floor.columns.gpus[floor.columns.draw[nodes]] - floor.units.array()[nodes], 0)
    for size in sorted({cell.busy for _, cell in columns if cell.busy}):
        pieces = np.zeros(len(bays), np.int64)
        np.add.at(pieces, place, idle // size)
        count = int(np.minimum(pieces, classes.room[bays] // size).sum())
        large = [(column, cell.busy) for column, cell in columns if cell.busy >= size]
        if all(busy % size == 0 for _, busy in large):
            yield _limit(large, size * count)
        else:
            yield _limit([(column, 1) for column, _ in large], count)


def _resources(floor: Floor, columns: Columns, nodes: Ints) -> Iterator[Limit]:
    """CPU, memory and whatever else is asked for, summed over the nodes, where it could run out."""
    free = np.maximum(floor.free.array()[nodes], 0).sum(axis=0).tolist()
    asked: dict[int, list[tuple[int, int]]] = {}
    most: dict[int, int] = {}
    for column, cell in columns:
        for kind, amount in zip(cell.seats.demand.kinds, cell.seats.demand.amounts, strict=True):
            asked.setdefault(kind, []).append((column, amount))
            most[kind] = most.get(kind, 0) + amount * cell.most
    for kind, used in asked.items():
        if most[kind] > free[kind]:
            yield _limit(used, free[kind])


def _rooms(floor: Floor, classes: Classes, cells: Sequence[Cell]) -> Iterator[Limit]:
    """What each bay's own rows let begin to draw."""
    bays: dict[int, list[tuple[int, int]]] = {}
    for column, cell in enumerate(cells):
        if cell.busy:
            bays.setdefault(floor.bay[int(cell.seats.nodes[0])], []).append((column, cell.busy))
    for bay, used in bays.items():
        yield _limit(used, int(classes.room[bay]))


def _limit(used: Iterable[tuple[int, int]], most: int) -> Limit:
    columns, coefs = zip(*used, strict=True)
    return Limit(columns, coefs, most)
