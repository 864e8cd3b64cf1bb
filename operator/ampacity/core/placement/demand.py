"""A shape made ready for planning: what it asks in columns, and which nodes it may use at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ampacity.core.placement.columns import PODS, Columns, Ints, Mask, asked
from ampacity.core.placement.match import NOT_ALLOWED, Matcher
from ampacity.core.ports import is_port
from ampacity.core.shares import added
from ampacity.core.snapshot import Shape

_ACCELERATORS = 2**20  # more than any place in a pod's list of accelerators


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """One shape against one fleet of n nodes.

    `kinds`, `amounts`: resource columns and how much of each a pod takes. `main`: the one whose remainder
    decides how tightly a pod fits (its largest countable resource, else pod slots). `may`: [n] nodes that
    pass every check which no grant changes. `site_rank`, `accelerator_rank`: [n] the pod's
    preferences, 0 best. `counts`: [draws, kinds of share rows] mW that a pod adds to each, at most.
    """

    shape: Shape
    number: int
    kinds: tuple[int, ...]
    amounts: tuple[int, ...]
    main: int
    main_amount: int
    may: Mask
    site_rank: Ints
    accelerator_rank: Ints
    counts: Ints

    def ranks(self, nodes: Iterable[int]) -> list[int]:
        """The pod's preference for each of these nodes as one number, smaller first.

        A pod without a list of sites takes any: their names order them, but nobody prefers one.
        """
        index = np.fromiter(nodes, np.int64)
        sites = self.site_rank[index] if self.shape.sites else 0
        ranks: list[int] = (sites * _ACCELERATORS + self.accelerator_rank[index]).tolist()
        return ranks

    @property
    def units(self) -> int:
        """GPU units that one pod takes."""
        return self.shape.gpu_units


def read_demand(shape: Shape, number: int, columns: Columns, matcher: Matcher) -> Demand:
    """Judge everything about a shape that stays as it is while a plan is made."""
    site_rank, accelerator_rank = matcher.site_rank(shape), matcher.accelerator_rank(shape)
    may = columns.usable & (site_rank != NOT_ALLOWED) & (accelerator_rank != NOT_ALLOWED)
    may &= matcher.selected(shape) & matcher.tolerated(shape) & matcher.surviving(shape)
    may &= not (shape.unknown_draw or shape.barred)
    requests = asked(shape.requests)
    devices = [entry for entry in shape.requests.extended if not is_port(entry[0])]
    countable = max(devices, key=lambda entry: entry[1], default=(PODS, 1))[0]
    main = countable if countable in requests else PODS
    return Demand(
        shape=shape,
        number=number,
        kinds=tuple([columns.resources.index(name) for name in requests]),
        amounts=tuple(requests.values()),
        main=columns.resources.index(main),
        main_amount=requests.get(main, 0),
        may=may,
        site_rank=site_rank,
        accelerator_rank=accelerator_rank,
        counts=_counts(shape, columns),
    )


def _counts(shape: Shape, columns: Columns) -> Ints:
    asked = shape.workload, shape.gpu_units
    adds = [added(row, draw, *asked) for draw in columns.draws for row in columns.shares]
    return np.array(adds, np.int64).reshape(len(columns.draws), len(columns.shares))
