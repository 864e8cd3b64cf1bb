"""What a planner may be told to do otherwise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """How far age order goes, and how hard the planner may search.

    `age_costs`: ppm of the GPUs of one priority level that keeping to age order (and to the order of
    accelerators) may cost; beyond that the level is packed for the most GPUs. With `gap` it stays
    under the 2 % that the design allows. Equal waiters always get the exact maximum.
    `search`: most branch-and-bound nodes of one solve (a tenth for several shapes). `gap`: how close to
    the best possible several shapes need to come (one shape alone: exactly). `fine`: most unknowns
    (shapes times nodes) for which several shapes are packed node by node.
    """

    age_costs: int = 10_000
    search: int = 2_000
    gap: float = 0.005
    fine: int = 600
