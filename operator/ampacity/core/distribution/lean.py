"""Stop what nobody needs: after rounding, and when demand has gone.

A replica that was to be started goes as soon as its site serves the same without it. One that serves already
goes only if it would be idle even with a stated part more of all demand: if serving that much would neither
leave more unserved without it nor take longer.

Why that keeps a small wiggle from stopping anything: serving regions from sites is a transportation problem,
in which a site's capacity is worth more the more demand there is (Shapley, "Complements and substitutes in
the optimal assignment problem", 1962). A replica that was worth starting is worth something at the demand of
then, and so at any demand that is nowhere lower. Demand that fell by less than `release` / (1 + `release`),
grown by `release`, is nowhere lower.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ampacity.core.distribution.block import Block, Ints
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.settled import Settled, assign, capacity
from ampacity.core.distribution.survival import violated

_NOTHING = 1e-9
_WORTH = 1e-6


def lean(settled: Settled, policy: Policy) -> Settled:
    """The same flows with as few replicas as serve them."""
    block, counts = settled.block, settled.counts.copy()
    load = np.bincount(block.flow_point, weights=settled.flows, minlength=len(block.site))
    for option in _dearest(block, counts):
        needed = float(load[block.option_point[option]])
        while counts[option] and _spare(settled, counts, option, needed, policy):
            counts[option] -= 1
    return settled if (counts == settled.counts).all() else Settled(block, counts, settled.flows)


def _dearest(block: Block, counts: Ints) -> Iterator[int]:
    """Options that have replicas, those with most watts per work first."""
    power = block.option_power / block.option_rate
    yield from (option for option in np.lexsort((-block.option_variant, -power)).tolist() if counts[option])


def _spare(settled: Settled, counts: Ints, option: int, load: float, policy: Policy) -> bool:
    """Does the pool do with one replica of the option less?"""
    block, without = settled.block, counts.copy()
    without[option] -= 1
    kept = without[option] < block.option_current[option]
    left, more = capacity(block, without, 0.0 if kept else policy.band), 1 + policy.release if kept else 1.0
    if left[block.option_point[option]] < load * more - _NOTHING:
        return False
    if kept and left.sum() < settled.flows.sum() * more:
        return False
    return lawful(settled, without, policy) and not (kept and _worth(block, counts, without, policy))


def lawful(settled: Settled, counts: Ints, policy: Policy) -> bool:
    """Does the spread hold with these replicas and the flows as they are?"""
    block = settled.block
    per_point = np.bincount(block.option_point, weights=counts, minlength=len(block.site))
    total = per_point.sum()
    if total and (
        np.count_nonzero(per_point) < block.sites or per_point.max() > block.share * total + _NOTHING
    ):
        return False
    return violated(block, settled.flows, capacity(block, counts, policy.band)) is None


def _worth(block: Block, counts: Ints, without: Ints, policy: Policy) -> bool:
    """Would grown demand be served less, or from farther away, without it?"""
    grown = replace(block, work=block.work * (1 + policy.release))
    have, lack = assign(grown, counts, 0.0), assign(grown, without, 0.0)
    if lack.served.sum() < have.served.sum() * (1 - _WORTH) - _NOTHING:
        return True
    cost = block.requests[block.flow_region] * block.flow_weight
    return float(lack.flows @ cost) > float(have.flows @ cost) * (1 + _WORTH) + _NOTHING
