"""What each single failure leaves: dead nodes, shares of the survivors, fate of the racks.

A state is normal operation or one failure domain out of service, on top of
what is declared out of service. A node is dead if it is out or all its
suppliers are dead; so a cooling unit without power cools nothing. Survivors
take over in proportion to their shares. What is declared out is the state the
hall is in: only that one must hold, unless the site insists on keeping N-1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ampacity.core.rows.graph import Feeds, Graph
from ampacity.core.rows.model import RackContents
from ampacity.core.site import Outcome, State
from ampacity.core.units import PPM

SCALE = 10**18  # Shares and gains inside a walk: fine enough that only the last rounding, to ppm, shows.
NORMAL = State("normal")


@dataclass(frozen=True, slots=True)
class Situation:
    """A state with its dead nodes. `touched`: dead since normal, and everything below those."""

    state: State
    dead: frozenset[int]
    touched: frozenset[int]


def situations(graph: Graph, keep_redundancy: bool) -> tuple[Situation, ...]:
    """Normal operation, then each single failure that is not there already, in the site's order."""
    declared = [index for index, node in enumerate(graph.nodes) if node.out]
    standing = dead_after(graph, declared, frozenset())
    normal = Situation(NORMAL, standing, frozenset())
    if declared and not keep_redundancy:
        return (normal,)
    return (normal, *_failures(graph, standing))


def _failures(graph: Graph, standing: frozenset[int]) -> Iterator[Situation]:
    for index in graph.listed:
        node = graph.nodes[index]
        if node.failure_domain and index not in standing:
            dead = dead_after(graph, [index], standing)
            touched = graph.spread(dead - standing, lambda consumer, reached: True)
            yield Situation(State(node.name, node.type), dead, frozenset(touched))


def dead_after(graph: Graph, out: Iterable[int], standing: frozenset[int]) -> frozenset[int]:
    """`standing` and `out`, and whatever then has no live supplier left."""

    def starves(consumer: int, reached: set[int]) -> bool:
        return all(supplier in reached for supplier in graph.nodes[consumer].feeds.nodes)

    return frozenset(graph.spread(standing.union(out), starves))


@lru_cache(maxsize=8192)
def live_shares(shares: tuple[int | None, ...], live: tuple[bool, ...]) -> tuple[int, ...]:
    """Upper bound, per edge, of what it carries of its consumer, of SCALE; dead edges carry nothing.

    Stated shares s grow by max(1, sum of all) / sum of the live ones, to at most
    1; if only 0 % shares live, they take all, equally. Not stated: equal, with
    10 % imbalance (power-model, "Graph" and "States").
    """
    if not any(live):
        return (0,) * len(shares)
    stated, unit = _stated(shares)
    alive = sum(share for share, lives in zip(stated, live, strict=True) if lives)
    if alive == 0:
        equal = _equal(sum(live))
        return tuple([equal if lives else 0 for lives in live])
    whole = max(unit, sum(stated))
    return tuple([
        min(SCALE, -(-share * whole * SCALE // (alive * unit))) if lives else 0
        for share, lives in zip(stated, live, strict=True)
    ])


def _stated(shares: tuple[int | None, ...]) -> tuple[list[int], int]:
    """Numerators and their common denominator. Where only some are stated, the others may carry all."""
    if all(share is None for share in shares):
        count = len(shares)
        return [min(11, 10 * count)] * count, 10 * count
    return [PPM if share is None else share for share in shares], PPM


def _equal(count: int) -> int:
    return min(SCALE, -(-11 * SCALE // (10 * count)))


def live_supplies(count: int, live: Sequence[bool]) -> int:
    """How many of `count` supplies have power: cabled evenly over the edges, the remainder to the first."""
    each, rest = divmod(count, max(1, len(live)))
    return sum(each + (index < rest) for index, lives in enumerate(live) if lives)


def lost_without(power: Feeds, liquid: Feeds, air: Feeds, needs_liquid: bool, dead: frozenset[int]) -> str:
    """What a rack has lost that it cannot do without: "power", "coolant", "air", or "" if nothing.

    Nodes that run on air outlive their coolant loop where there is air left to take their heat.
    """
    if not power.nodes or power.cut(dead):
        return "power"
    if liquid.cut(dead) and (needs_liquid or not any(air.live(dead))):
        return "coolant"
    return "air" if air.cut(dead) else ""


def throttled(contents: RackContents, shelves: tuple[int, int], live: Sequence[bool]) -> bool:
    """Some node, or the rack as a whole, needs more at full draw than its live supplies carry."""
    count, watts = shelves
    if count and contents.maximum > live_supplies(count, live) * watts:
        return True
    return any(need > live_supplies(have, live) * each for need, have, each in contents.nodes)


def outcome(lost: str, is_throttled: bool) -> Outcome:
    """Lost outranks Throttled."""
    if lost:
        return Outcome.LOST
    return Outcome.THROTTLED if is_throttled else Outcome.SURVIVES
