"""Limits read from a snapshot never exclude what the planner places."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from ampacity.core.distribution.capacity import read_capacity
from ampacity.core.placement import plan
from ampacity.core.snapshot import Waiter
from tests.properties.distribution.halls import FOOTPRINTS, drawn


def test_whatever_is_placed_keeps_every_limit() -> None:
    """300 random fleets, with replicas of all footprints waiting in random order; limits do bind."""
    tight = 0
    for seed in range(300):
        view = drawn(seed).snapshot
        pick = np.random.default_rng(seed)
        names = pick.choice(list(FOOTPRINTS), 60).tolist()
        waiting = tuple([Waiter(f"{n:03}", name, FOOTPRINTS[name], since=n) for n, name in enumerate(names)])
        counts = Counter((one.site, one.waiter.name) for one in plan(replace(view, waiters=waiting)).grants)
        for site, room in read_capacity(view, FOOTPRINTS).items():
            for berth in room.berths:
                assert counts[site, berth.footprint] <= berth.slots, seed
            for limit in room.limits:
                used = sum(coef * counts[site, name] for name, coef in limit.coefs)
                assert used <= limit.most, (seed, limit)
                tight += used == limit.most
    assert tight > 100
