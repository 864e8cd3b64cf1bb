"""A priority level as a small integer program: how many pods of each shape on which class of racks.

One shape alone is posed exactly. Several shapes are posed by what holds of any packing (see `packing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ampacity.core.placement.classes import Classes, classify
from ampacity.core.placement.columns import Ints
from ampacity.core.placement.demand import Demand
from ampacity.core.placement.floor import Floor
from ampacity.core.placement.solver import Limit
from ampacity.core.units import PPM

_MANY = 2**20  # more GPUs than a node has


@dataclass(frozen=True, slots=True, eq=False)
class Seats:
    """Nodes of one class that are alike to one demand. [nodes]: `copies` are the pods that each holds.

    `rank`: the demand's preference for them, smaller first. `idle`: GPUs without work on each node.
    """

    demand: Demand
    member: int
    rank: int
    nodes: Ints
    copies: Ints
    idle: Ints


@dataclass(frozen=True, slots=True)
class Cell:
    """One unknown, 0 to `most`: how often `pods` pods go to the seats, making `busy` GPUs draw each time.

    `full`: each time stands for one shared node with as many pods as it holds.
    """

    seats: Seats
    pods: int
    busy: int
    most: int
    full: bool = False


@dataclass(frozen=True, slots=True)
class Program:
    """The unknowns and what binds them."""

    cells: tuple[Cell, ...]
    limits: tuple[Limit, ...]
    alone: bool

    @property
    def gains(self) -> list[int]:
        """What each unknown is worth: pods where there is one demand alone, else GPUs."""
        return [cell.pods * (1 if self.alone else cell.seats.demand.units) for cell in self.cells]

    @property
    def most(self) -> list[int]:
        """The upper bound of each unknown."""
        return [cell.most for cell in self.cells]


def candidates(floor: Floor, demand: Demand, nodes: Ints) -> Seats:
    """All nodes that hold a pod of the demand now, not yet told apart."""
    copies = floor.all_copies(demand, nodes)
    nodes, copies = nodes[copies > 0], copies[copies > 0]
    idle = np.maximum(floor.columns.gpus[floor.columns.draw[nodes]] - floor.units.array()[nodes], 0)
    return Seats(demand, -1, -1, nodes, copies, idle)


def sharing(seats: Seats) -> Ints:
    """Nodes that hold more pods than they have idle GPUs for (1) or not (0)."""
    return (seats.copies * seats.demand.units > seats.idle).astype(np.int64)


def lump(floor: Floor, everybody: Sequence[Seats]) -> Classes:
    """Classes of the bays for these demands."""
    bay, bays = floor.columns.bay, len(floor.columns.bay_rack)
    could = np.zeros(len(bay), np.int64)
    idle, apart = np.zeros_like(could), np.zeros(bays, np.bool_)
    for seats in everybody:
        could[seats.nodes] += seats.copies * seats.demand.units
        idle[seats.nodes] = seats.idle
        apart[bay[seats.nodes[sharing(seats) > 0]]] = True
    most = np.zeros(bays, np.int64)
    standing = bay >= 0
    np.add.at(most, bay[standing], np.minimum(could, idle)[standing])
    return classify(floor, most, apart)


def pose_alone(floor: Floor, seats: Seats, wanted: int) -> Program:
    """One demand, exactly: its best count is the most that rows and nodes allow."""
    classes = lump(floor, [seats])
    kind = sharing(seats) * (seats.copies * _MANY + seats.idle)
    groups = list(_split(floor, classes, seats, kind))
    cells = tuple([cell for group in groups for cell in _cells(floor, classes, group)])
    limits = [*rows(classes, cells), *shares(floor, cells), *_rooms(classes, cells), *_either(cells)]
    if not any(cell.full for cell in cells):
        limits += totals(cells, {seats.demand: wanted})
    return Program(cells, tuple(limits), alone=True)


def split_plain(floor: Floor, classes: Classes, seats: Seats, fine: bool) -> Iterator[Cell]:
    """Cells of a demand among others; pods that share a GPU are left out. `fine`: each node for itself."""
    fair = np.minimum(seats.copies, seats.idle // max(1, seats.demand.units))
    plain = Seats(seats.demand, -1, -1, seats.nodes[fair > 0], fair[fair > 0], seats.idle[fair > 0])
    for group in _split(floor, classes, plain, plain.nodes if fine else np.zeros_like(plain.nodes)):
        yield _plain(floor, classes, group)


def rows(classes: Classes, cells: Sequence[Cell]) -> Iterator[Limit]:
    """The rows between classes."""
    for row in classes.shared:
        adds = dict(zip(row.classes, row.adds, strict=True))
        yield limit(cells, [cell.busy * adds.get(cell.seats.member, 0) for cell in cells], row.left)


def shares(floor: Floor, cells: Sequence[Cell]) -> Iterator[Limit]:
    """The share rows of sites. All seats of a cell are of one site and draw alike."""
    if not floor.columns.shares:
        return
    for number in sorted({_site(floor, cell) for cell in cells}):
        for row, place in floor.headroom.share_rows[number]:
            adds = [_adds(floor, cell, place) * (_site(floor, cell) == number) for cell in cells]
            yield limit(cells, adds, max(0, floor.headroom.left.values[row]))


def _site(floor: Floor, cell: Cell) -> int:
    return int(floor.columns.site[cell.seats.nodes[0]])


def _adds(floor: Floor, cell: Cell, place: int) -> int:
    """nW that one of the cell adds to its site's share row of the kind that has this place."""
    draw = floor.columns.draw[cell.seats.nodes[0]]
    return int(cell.seats.demand.counts[draw, place]) * cell.pods * PPM


def totals(cells: Sequence[Cell], wanted: Mapping[Demand, int]) -> Iterator[Limit]:
    """No more pods than wait."""
    for demand, count in wanted.items():
        yield limit(cells, [cell.pods * (cell.seats.demand is demand) for cell in cells], count)


def limit(cells: Sequence[Cell], coefs: Iterable[int], most: int) -> Limit:
    """A limit without the unknowns that do not count."""
    pairs = [(column, coef) for column, coef in enumerate(coefs) if coef]
    return Limit(tuple([column for column, _ in pairs]), tuple([coef for _, coef in pairs]), most)


def _split(floor: Floor, classes: Classes, seats: Seats, kind: Ints) -> Iterator[Seats]:
    """Seats by class, rank and `kind`: [nodes]."""
    demand, nodes = seats.demand, seats.nodes
    member = classes.member[floor.columns.bay[nodes]]
    keys = np.stack([member, np.array(demand.ranks(nodes), np.int64), kind])
    groups, group = np.unique(keys, axis=1, return_inverse=True)
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(groups.shape[1] + 1)).tolist()
    for number, (first, last) in enumerate(pairwise(bounds)):
        inside, key = order[first:last], groups[:, number].tolist()
        if key[0] >= 0:
            yield Seats(demand, key[0], key[1], nodes[inside], seats.copies[inside], seats.idle[inside])


def _cells(floor: Floor, classes: Classes, seats: Seats) -> Iterator[Cell]:
    if not sharing(seats)[0]:
        yield _plain(floor, classes, seats)
        return
    copies, idle, count = int(seats.copies[0]), int(seats.idle[0]), len(seats.nodes)
    yield Cell(seats, copies, idle, count, full=True)
    singles = idle // seats.demand.units
    if singles:
        yield Cell(seats, 1, seats.demand.units, singles * count)


def _plain(floor: Floor, classes: Classes, seats: Seats) -> Cell:
    """Bay by bay no more than its own rows let begin to draw."""
    bays, place = np.unique(floor.columns.bay[seats.nodes], return_inverse=True)
    pods = np.zeros(len(bays), np.int64)
    np.add.at(pods, place, seats.copies)
    if seats.demand.units:
        pods = np.minimum(pods, classes.room[bays] // seats.demand.units)
    return Cell(seats, 1, seats.demand.units, int(pods.sum()))


def _rooms(classes: Classes, cells: Sequence[Cell]) -> Iterator[Limit]:
    """What a class's own rows let begin to draw, where several unknowns share it."""
    total = np.zeros(classes.count, np.int64)
    standing = classes.member >= 0
    np.add.at(total, classes.member[standing], classes.room[standing])
    for member in sorted({cell.seats.member for cell in cells}):
        used = [cell.busy * (cell.seats.member == member) for cell in cells]
        if sum(busy > 0 for busy in used) > 1:
            yield limit(cells, used, int(total[member]))


def _either(cells: Sequence[Cell]) -> Iterator[Limit]:
    """A shared node is either full or holds single pods."""
    for column, (cell, after) in enumerate(pairwise(cells)):
        if cell.full and after.seats is cell.seats:
            singles = after.most // cell.most
            yield Limit((column, column + 1), (singles, 1), after.most)
