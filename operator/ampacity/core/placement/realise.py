"""An answer of the integer program as real placements, with every check that any placement passes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter

from ampacity.core.placement.demand import Demand
from ampacity.core.placement.floor import Placement
from ampacity.core.placement.greedy import Greedy, spelled_out
from ampacity.core.placement.program import Program, Seats


def realise(
    greedy: Greedy, program: Program, answer: Sequence[int], wanted: Mapping[Demand, int]
) -> dict[Demand, list[Placement]]:
    """Deal the answer out to nodes, largest pods first, then fill up in order; best liked places first."""
    mark = len(greedy.floor.history)
    left = dict(wanted)
    for demand in sorted(wanted, key=lambda demand: (-demand.units, demand.number)):
        left[demand] -= _deal_out(greedy, demand, left[demand], _shares(program, answer, demand))
    for demand, count in left.items():
        greedy.fill(demand, count)
    places: dict[Demand, list[Placement]] = {demand: [] for demand in wanted}
    for placement in spelled_out(greedy.floor.history[mark:]):
        places[placement.demand].append(placement)
    return {demand: _by_liking(demand, found) for demand, found in places.items()}


def _shares(program: Program, answer: Sequence[int], demand: Demand) -> dict[Seats, int]:
    """Pods of the demand that the answer gives to each of its seats."""
    shares: dict[Seats, int] = {}
    for cell, times in zip(program.cells, answer, strict=True):
        if cell.seats.demand is demand:
            shares[cell.seats] = shares.get(cell.seats, 0) + cell.pods * times
    return shares


def _deal_out(greedy: Greedy, demand: Demand, wanted: int, shares: dict[Seats, int]) -> int:
    """Place the shares on their nodes, best nodes first; how many pods found room."""
    owner = {node: seats for seats in shares for node in seats.nodes.tolist()}
    placed = 0
    for node in greedy.queue(demand).nodes().tolist():
        seats = owner.get(node)
        while seats is not None and (asked := min(shares[seats], wanted - placed)) > 0:
            pods = greedy.put(demand, node, asked)
            if not pods:
                break
            shares[seats] -= pods
            placed += pods
    return placed


def _by_liking(demand: Demand, places: list[Placement]) -> list[Placement]:
    ranks = demand.ranks(place.node for place in places)
    return [place for _, place in sorted(zip(ranks, places, strict=True), key=itemgetter(0))]
