"""The figures behind a decision: what a move must gain, how hard to search."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """What justifies a move, and how much effort goes into a decision.

    Starting a replica of a pool that serves already costs what it does not serve meanwhile: its capacity for
    (time to ready + `warm_seconds` of cold cache) out of `payback_seconds`. A request served is worth
    `request_ms` of latency of another. `band`: how far beyond its target a replica that runs may be used
    before another one starts; `release`: how much more demand must leave a replica idle before it stops.
    `regain`, `gain`: by what part of the demand, or else of the latency, a decision must beat keeping what
    runs, beyond what its starts cost.
    `exact`: most integer unknowns that are decided jointly; beyond, pool by pool along the relaxation.
    `near`: sites that each (pool, region) is offered at first; `near_if_short`: beside those that an outline
    of all sites finds, if somebody goes short. `nodes`: branch-and-bound nodes of a program.
    `plans`: ways to serve a region that are thought about, where there is enough for all.
    `polish`: how often, after rounding, replicas nearer to demand are looked for.
    `undo`: how many moves of all pools are looked at once more, whether each is worth it.
    `rounds`: how often a placer may object before its answer is taken as it is.
    """

    payback_seconds: float = 7200.0
    warm_seconds: float = 60.0
    request_ms: float = 1000.0
    band: float = 0.05
    release: float = 0.10
    regain: float = 0.001
    gain: float = 0.05
    exact: int = 60
    near: int = 8
    near_if_short: int = 4
    nodes: int = 2000
    plans: int = 16
    polish: int = 1
    undo: int = 100
    rounds: int = 8
