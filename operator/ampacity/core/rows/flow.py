"""Coefficients: what one watt that enters the graph may put on each domain, cooling unit and cord.

A source is a kind of rack (all that hang on the same edges) or the base load
on a domain's output. Its three parts walk up separately: power from the power
edges, heat into air and into the loop from those edges; a cooling unit passes
its electricity on to its own suppliers.

Let in[c] be what consumer c may take per watt of the source, and share[c,d]
the upper bound of what d carries of c in the state. Then

    out[d] = min(sum over c of share[c,d] * in[c],  longest[d])
    in[d]  = out[d] * gain[d]        longest[d] = max over c of longest[c] * gain[c]

The first term holds because each share is an upper bound. The second holds
because every watt takes one path: however it splits, the paths through d carry
at most the whole of it, times the largest gain on the way. Both are upper
bounds for any split the hall may choose, so their minimum is.

Gains and shares are integers of SCALE, each step rounded up; the coefficient is
rounded up once more, to ppm, at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from ampacity.core.rows.graph import Feeds, Graph, Node
from ampacity.core.rows.states import SCALE, live_shares
from ampacity.core.units import PPM

Coefs = tuple[int, int, int]       # ppm of the source's power, air and liquid
Subject = tuple[int, int]          # (node, WHOLE) for the node, (node, position) for that edge's cord
WHOLE = -1
MAX_COEF = 1000 * PPM              # One watt that costs a kilowatt further up is a wrong figure.
_TO_PPM = SCALE // PPM


@dataclass(frozen=True, slots=True)
class Source:
    """Where load enters. `needs_liquid`: see RackContents."""

    power: Feeds
    liquid: Feeds
    air: Feeds
    needs_liquid: bool = False


class _Carried:
    """What arrives at a node per watt of each part: sum over consumers, and largest gain of a path."""

    __slots__ = ("longest", "total")

    def __init__(self) -> None:
        self.total = [0, 0, 0]
        self.longest = [0, 0, 0]

    def add(self, part: int, total: int, longest: int) -> None:
        self.total[part] += total
        self.longest[part] = max(self.longest[part], longest)


def flow(graph: Graph, source: Source, dead: frozenset[int]) -> Mapping[Subject, Coefs]:
    """Coefficients of `source` on all it touches in a state with these dead nodes; zeros left out.

    The caller has made sure that the source is not Lost. Raises ValueError where losses
    multiply beyond MAX_COEF.
    """
    found: dict[Subject, Coefs] = {}
    carried: dict[int, _Carried] = {}
    queue: list[int] = []
    for part, feeds in enumerate(entrances(source, dead)):
        _carry(carried, queue, feeds, live_shares(feeds.shares, feeds.live(dead)), {part: (SCALE, SCALE)})
    while queue:
        number = heappop(queue)
        node = graph.nodes[number]
        arrived = carried[number]
        out = list(map(min, arrived.total, arrived.longest))
        found[number, WHOLE] = _coefs(out)
        taken = _taken(node, out, arrived.longest)
        shares = live_shares(node.feeds.shares, node.feeds.live(dead)) if taken else ()
        _note_cords(found, number, node, shares, taken)
        _carry(carried, queue, node.feeds, shares, taken)
    return found


def entrances(source: Source, dead: frozenset[int]) -> tuple[Feeds, Feeds, Feeds]:
    """Where power, air heat and loop heat enter; heat of a dead loop goes where the air goes."""
    loop = source.air if source.liquid.cut(dead) else source.liquid
    return source.power, source.air, loop


def _taken(node: Node, out: Iterable[int], longest: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Per part, what the node takes from its suppliers and the longest gain so far; nothing if zero."""
    over, under = node.gain
    if not over or not node.feeds.nodes:
        return {}
    pairs = enumerate(zip(out, longest, strict=True))
    return {part: (-(-a * over // under), -(-b * over // under)) for part, (a, b) in pairs if a}


def _carry(carried: dict[int, _Carried], queue: list[int], feeds: Feeds, shares: Iterable[int],
           taken: Mapping[int, tuple[int, int]]) -> None:
    for supplier, share in zip(feeds.nodes, shares, strict=False):
        if not share or not taken:
            continue
        if supplier not in carried:
            carried[supplier] = _Carried()
            heappush(queue, supplier)
        for part, (total, longest) in taken.items():
            carried[supplier].add(part, -(-total * share // SCALE), longest)


def _note_cords(found: dict[Subject, Coefs], number: int, node: Node, shares: Iterable[int],
                taken: Mapping[int, tuple[int, int]]) -> None:
    for position, (edge, share) in enumerate(zip(node.edges, shares, strict=False)):
        if edge.breaker is not None and share:
            sums = [-(-taken[part][0] * share // SCALE) if part in taken else 0 for part in range(3)]
            found[number, position] = _coefs(sums)


def _coefs(scaled: Iterable[int]) -> Coefs:
    power, air, liquid = (-(-value // _TO_PPM) for value in scaled)
    if max(power, air, liquid) > MAX_COEF:
        raise ValueError("efficiencies multiply to a loss of more than a thousandfold")
    return power, air, liquid
