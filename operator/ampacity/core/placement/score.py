"""The order in which a shape tries nodes: one integer a node, smaller first.

The idea is fragmentation gradient descent (FGD, Weng et al., USENIX ATC'23): of all places that fit, take
the one after which the least is left that nobody who may come can use. FGD measures GPUs on a node; here
watts strand GPUs as well, so a "whole node" is counted only where the rack's rows still carry one.
The parts of the integer, most weighty first:

1. site       place of the site in the pod's order
2. profile    place of the accelerator in the pod's order
3. pressure   how much waiting demand per free GPU could also use the node: scarce hardware is left to
              those who have no other
4. busy       GPUs that begin to draw (on shared GPUs a neighbour of a busy one costs no watts)
5. lost       whole nodes that the rack can no longer give away, by GPUs or by watts, whichever binds:
              in a rack with eight empty nodes and watts for five, opening a sixth loses nothing
6. remainder  what is left of the node's GPUs (best fit: fill open nodes first)
7. price      sum over the rack's rows of the part of what is left that the pod would take: of equal
              racks the one whose feeds are least loaded
8. number     rack, then node, in the fleet's order

Parts 1-3 and 7 are taken when the queue is made; 4-6 follow each grant on the node.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ampacity.core.placement.columns import Ints
from ampacity.core.placement.demand import Demand
from ampacity.core.placement.floor import Floor

NODE_BITS = 22
NODE_MASK = (1 << NODE_BITS) - 1
_PRICE_AT, _REMAINDER_AT, _LOST_AT, _BUSY_AT = 22, 27, 33, 35  # first bit of each part
_PRESSURE_AT, _PROFILE_AT, _SITE_AT = 39, 43, 48
_MOST_PRICE, _MOST_REMAINDER, _MOST_LOST, _MOST_BUSY = 31, 63, 3, 15
_MOST_PRESSURE, _MOST_PROFILE, _MOST_SITE = 15, 31, 4095
NOT_SCORED = -1
_CHEAP = 2.0**-14  # a pod that takes less than this part of every row costs nothing


@dataclass(frozen=True, slots=True)
class Scored:
    """Nodes that take at least one pod now, by key; `short`: some had room where the rows had none.

    `fixed`: [nodes] the parts of each key that stay, for `rescore`; NOT_SCORED for all other nodes.
    """

    keys: Ints
    fixed: Ints
    short: bool


def score(floor: Floor, demand: Demand, candidates: Ints, pressure: Ints) -> Scored:
    """Score those of the candidates (node numbers, ascending) that take a pod now. `pressure`: [nodes]."""
    nodes = candidates[floor.all_copies(demand, candidates) > 0]
    busy = floor.all_busy(demand, nodes)
    add = floor.headroom.increments(floor.least_loads(demand, nodes))
    takes = (floor.headroom.counts(add) > 0)[floor.columns.bay[nodes]]
    short = not bool(takes.all())
    nodes, busy = nodes[takes], busy[takes]
    fixed = np.full(len(floor.columns.views), NOT_SCORED)
    fixed[nodes] = _fixed(demand, nodes, pressure, _price(floor, add)[floor.columns.bay[nodes]])
    remainder = floor.free.array()[nodes, demand.main] - demand.main_amount
    return Scored(fixed[nodes] | _moving(busy, _lost(floor, demand, nodes, add), remainder), fixed, short)


def rescore(floor: Floor, demand: Demand, node: int, fixed: int) -> int:
    """The key of one node as things stand now."""
    busy = floor.busy(node, demand.units)
    lost = _lost_at(floor, demand, node, busy)
    remainder = floor.free.values[node][demand.main] - demand.main_amount
    return (
        fixed
        | min(busy, _MOST_BUSY) << _BUSY_AT
        | min(lost, _MOST_LOST) << _LOST_AT
        | min(remainder, _MOST_REMAINDER) << _REMAINDER_AT
    )


def _lost(floor: Floor, demand: Demand, nodes: Ints, add: Ints) -> Ints:
    """Whole nodes that a pod on each of the nodes costs its rack. A pod of a whole node always costs one."""
    columns = floor.columns
    if not len(nodes) or demand.units >= int(columns.gpus[columns.draw[nodes]].max()):
        return np.zeros(len(nodes), np.int64)
    bay, unused = columns.bay[nodes], floor.unused.array()
    whole = floor.headroom.increments((columns.per_gpu * columns.gpus[:, None])[columns.bay_draw])
    before = np.minimum(unused, floor.headroom.counts(whole))[bay]
    opens = floor.units.array()[nodes] == 0
    after = np.minimum(unused[bay] - opens, floor.headroom.counts(whole, add)[bay])
    lost: Ints = before - after
    return lost


def _lost_at(floor: Floor, demand: Demand, node: int, busy: int) -> int:
    """The same for one node."""
    gpus, bay = floor.gpus[node], floor.bay[node]
    if demand.units >= gpus or not busy:
        return 0
    whole, unused = floor.effect(bay, gpus), floor.unused.values[bay]
    before = min(unused, floor.room(whole))
    after = min(unused - (not floor.units.values[node]), floor.room_after(whole, floor.effect(bay, busy)))
    return before - after


def _price(floor: Floor, add: Ints) -> Ints:
    """Coarse logarithm of the part of what is left that a pod takes from each bay's rows: [bays]."""
    headroom = floor.headroom
    if not len(headroom.start):
        return headroom.start
    parts = add / np.maximum(headroom.left.array()[headroom.row], 1)
    price = np.add.reduceat(parts, headroom.start) / _CHEAP
    coarse: Ints = np.minimum(2 * np.log2(np.maximum(price, 1.0)), _MOST_PRICE).astype(np.int64)
    return coarse


def _fixed(demand: Demand, nodes: Ints, pressure: Ints, price: Ints) -> Ints:
    bits: Ints = nodes | price << _PRICE_AT
    bits |= np.minimum(pressure[nodes], _MOST_PRESSURE) << _PRESSURE_AT
    bits |= np.minimum(demand.accelerator_rank[nodes], _MOST_PROFILE) << _PROFILE_AT
    bits |= np.minimum(demand.site_rank[nodes], _MOST_SITE) << _SITE_AT
    return bits


def _moving(busy: Ints, lost: Ints, remainder: Ints) -> Ints:
    bits: Ints = np.minimum(busy, _MOST_BUSY) << _BUSY_AT
    bits |= np.minimum(lost, _MOST_LOST) << _LOST_AT
    bits |= np.minimum(remainder, _MOST_REMAINDER) << _REMAINDER_AT
    return bits
