"""Where the next whole replica goes, and who gets near room that is left."""

from __future__ import annotations

import numpy as np

from ampacity.core.distribution import Policy
from ampacity.core.distribution.fill import Filling
from ampacity.core.distribution.fleet import read_fleet
from ampacity.core.distribution.model import Task
from ampacity.core.distribution.nearer import nearer
from ampacity.core.distribution.settled import assign
from ampacity.core.distribution.stock import Stock
from tests.builders.distribution import demand, near, pool, site

LARGE = Policy(exact=0)


def _started(requests: float, price: float) -> dict[str, int]:
    """Replicas by site where one more at the near site is worth so much to others."""
    task = Task(
        (site("far"), site("near")), (pool("p", demand("r", requests)),), near(r={"near": 5, "far": 15})
    )
    fleet = read_fleet(task, LARGE)
    block, stock = fleet.block(task.pools[0], 8), Stock(fleet.room)
    prices = np.zeros(len(fleet.room.slots))
    prices[fleet.room.number["near", "h200x1"]] = price
    none = np.zeros(len(block.option_point), np.int64)
    filling = Filling(block, none, np.zeros(len(block.flow_point)), prices, LARGE)
    filling.fill(stock, np.zeros_like(stock.left))
    names = [fleet.sites[index].name for index in block.site[block.option_point].tolist()]
    return dict(zip(names, filling.counts.tolist(), strict=True))


def test_a_replica_that_would_be_mostly_idle_leaves_sought_room_alone() -> None:
    """A full one there spares 10 ms a request, one that is used by a fifth only 2."""
    assert _started(2.2, price=5.0) == {"near": 2, "far": 1}


def test_it_takes_the_room_if_nobody_else_wants_it() -> None:
    assert _started(2.2, price=0.0) == {"near": 3, "far": 0}


def test_nobody_takes_room_that_is_worth_more_to_others() -> None:
    assert _started(2.2, price=11.0) == {"near": 0, "far": 3}


def test_of_all_pools_that_one_gets_near_room_which_it_spares_most() -> None:
    """One place near both regions: 10 ms less for the one pool's requests, 60 ms less for the other's."""
    latency = near(a={"far": 15, "mid": 5}, b={"far": 65, "mid": 5})
    pools = pool("first", demand("a", 1.0)), pool("second", demand("b", 1.0))
    fleet = read_fleet(Task((site("far"), site("mid", 1)), pools, latency), LARGE)
    blocks = [fleet.block(one, 8) for one in pools]
    far = [assign(block, np.array([1, 0]), LARGE.band) for block in blocks]
    first, second = nearer(far, fleet.room, LARGE)
    assert first.counts.tolist() == [1, 0]
    assert second.counts.tolist() == [0, 1]
