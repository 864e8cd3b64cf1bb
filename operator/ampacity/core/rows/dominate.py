"""Dropping rows that can never be the one that refuses.

Row i is dominated by row j if every coefficient of j is at least that of i and
j has no more room. Whatever load then breaks i breaks j by at least as much, so
neither the verdict nor the largest shortage changes. Capacities are compared as
they are (not scaled), for exactly that reason. Of equal rows one stays: normal
operation before a failure, then the earlier one.

Rows are visited from the largest sum of coefficients down: a dominator never
comes after what it dominates. Kept rows are indexed by source, so a row is only
compared with kept rows that touch the source it shares with the fewest of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ampacity.core.rows.flow import Coefs, Subject


@dataclass(frozen=True, slots=True)
class Limit:
    """A row before it has a name: `coefs` per source, `room` = capacity less base, nW.

    `situation` counts states, 0 is normal; `order` breaks ties among subjects.
    """

    subject: Subject
    situation: int
    coefs: Mapping[int, Coefs]
    base: int
    room: int
    order: int = 0


def undominated(limits: Iterable[Limit]) -> list[Limit]:
    """The rows that must stay, in (order, situation) order."""
    kept: list[Limit] = []
    touching: dict[int, list[Limit]] = defaultdict(list)
    for limit in sorted(limits, key=_visit):
        rivals = min((touching[source] for source in limit.coefs), key=len, default=kept)
        if any(_dominates(rival, limit) for rival in rivals):
            continue
        kept.append(limit)
        for source in limit.coefs:
            touching[source].append(limit)
    return sorted(kept, key=lambda limit: (limit.order, limit.situation))


def _visit(limit: Limit) -> tuple[int, int, bool, int, int]:
    total = sum(map(sum, limit.coefs.values()))
    return -total, limit.room, limit.situation != 0, limit.order, limit.situation


def _dominates(strong: Limit, weak: Limit) -> bool:
    if strong.room > weak.room:
        return False
    for source, (power, air, liquid) in weak.coefs.items():
        over = strong.coefs.get(source)
        if over is None or over[0] < power or over[1] < air or over[2] < liquid:
            return False
    return True
