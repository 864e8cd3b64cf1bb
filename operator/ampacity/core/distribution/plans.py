"""How one region's demand could be served by whole replicas: so many here, what is left over there.

A plan has two parts: replicas of one option that are used fully, and as many of another as the rest takes (or
of the same: then all of it is there, the last replica partly idle). Prices of room tell which plans are worth
thinking about. Where room is worth nothing, the nearest few options do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ampacity.core.distribution.block import Block
from ampacity.core.distribution.lanes import Lanes
from ampacity.core.distribution.objective import flow_costs, start_costs
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.room import Ints, Mask
from ampacity.core.distribution.solver import Floats

_FREE, _SOUGHT = 3, 12  # lanes of a region where room is worth nothing; where it is worth something
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Plans:
    """Of one pool. By plan: its region, and what it costs without the price of room. By plan and part
    [plans, 2]: flow, option, replicas, work."""

    block: Block
    region: Ints
    cost: Floats
    flow: Ints
    option: Ints
    replicas: Floats
    work: Floats


def plans_of(lanes: Lanes, price: Floats, policy: Policy) -> Plans:
    """The best plans of each region that has demand. `price` [berths]: see `relax.Relaxed`."""
    block = lanes.block
    latency, fixed = flow_costs(block)[lanes.flow], start_costs(block, policy)[lanes.option]
    rate, room = block.option_rate[lanes.option], price[block.option_berth[lanes.option]]
    lane = _offered(lanes, latency + (fixed + room) / rate, room > _ROUNDING)
    work = block.work[:, None]
    full = np.floor(work / rate[lane] + _ROUNDING)
    rest = np.maximum(work - full * rate[lane], 0.0)
    rest[rest <= _ROUNDING * work] = 0.0
    last = np.ceil(rest[:, :, None] / rate[lane][:, None, :] - _ROUNDING)
    paid = (fixed + room)[lane]
    value = full * paid + (work - rest) * latency[lane]
    value = value[:, :, None] + last * paid[:, None, :] + rest[:, :, None] * latency[lane][:, None, :]
    value[_needless(lane, full, rest, room[lane] > _ROUNDING)] = np.inf
    region, one, two = _best(value, policy.plans)
    part = np.stack([lane[region, one], lane[region, two]], axis=1)
    replicas = np.stack([full[region, one], last[region, one, two]], axis=1)
    left = rest[region, one]
    amount = np.stack([block.work[region] - left, left], axis=1)
    cost = (amount * latency[part] + replicas * fixed[part]).sum(axis=1)
    return Plans(block, region, cost, lanes.flow[part], lanes.option[part], replicas, amount)


def _offered(lanes: Lanes, dear: Floats, sought: Mask) -> Ints:
    """Lanes of each region that are least `dear`: [regions, lanes], -1 where there are no more."""
    work, region = lanes.block.work, lanes.block.flow_region[lanes.flow]
    order = np.lexsort((dear, sought, region))
    order = order[work[region[order]] > 0]
    key = 2 * region[order] + sought[order]
    rank = np.arange(len(order)) - np.searchsorted(key, key)
    order = order[rank < np.where(sought[order], _SOUGHT, _FREE)]
    place = np.arange(len(order)) - np.searchsorted(region[order], region[order])
    table = np.full((len(work), place.max(initial=-1) + 1), -1)
    table[region[order], place] = order
    return table


def _needless(lane: Ints, full: Floats, rest: Floats, sought: Mask) -> Mask:
    """Pairs of lanes without a second or a first part, other than a lane with itself; pairs where room is
    worth nothing in either; and those that are no lanes: [regions, lanes, lanes]."""
    none = lane < 0
    single = (full == 0) | (rest == 0)
    idle = single[:, :, None] | ~(sought[:, :, None] | sought[:, None, :])
    other = ~np.eye(lane.shape[1], dtype=np.bool_)
    needless: Mask = (idle & other) | none[:, :, None] | none[:, None, :]
    return needless


def _best(value: Floats, most: int) -> tuple[Ints, Ints, Ints]:
    """Region, first and second lane of the best few of each region."""
    regions, lanes, _ = value.shape
    flat = value.reshape(regions, -1)
    order = np.argsort(flat, axis=1, kind="stable")[:, :most]
    region, rank = np.nonzero(np.take_along_axis(flat, order, axis=1) < np.inf)
    one, two = np.divmod(order[region, rank], max(lanes, 1))
    return region, one, two
