"""The planner as judge: can these replicas be placed all together, and what would one more lack?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ampacity.core.distribution.model import Choice
from ampacity.core.distribution.standing import without
from ampacity.core.placement import plan
from ampacity.core.plan import Plan, SiteReason
from ampacity.core.snapshot import Shape, Snapshot, Waiter

Counts = Mapping[Choice, int]
Judge = Callable[[Counts], Counts]
"""Replicas -> how many of them find a place together."""

_LAST = -(2**63)
"""A priority that leaves whoever has it behind all others."""


@dataclass(frozen=True, slots=True, eq=False)
class Placer:
    """Judges by planning on the snapshot as it is, whose own waiters do not count.

    `shapes` by (pool, variant), `priorities` by pool: as replicas will wait in earnest. `standing`: nodes of
    replicas that run now and are in the snapshot. As many as are asked for stay where they are, the first
    ones; the others give their place back before the rest is planned.
    """

    snapshot: Snapshot
    shapes: Mapping[tuple[str, str], Shape]
    priorities: Mapping[str, int]
    standing: Mapping[Choice, Sequence[str]] = field(default_factory=dict)

    def __call__(self, counts: Counts) -> Counts:
        """How many of each find a place together."""
        order = sorted(counts)
        placed = {choice: min(count, len(self.standing.get(choice, ()))) for choice, count in counts.items()}
        for grant in self._plan(counts, order, ()).grants:
            placed[order[int(grant.waiter.controller)]] += 1
        return placed

    def one_more(self, counts: Counts, choices: Iterable[Choice]) -> dict[Choice, SiteReason]:
        """What one more replica of each of `choices` would lack beside `counts`; those that would find a
        place are left out."""
        order, asked = sorted(counts), sorted(set(choices))
        extra = [
            Waiter(f"more/{number:06}", one.pool, self._shape(one), _LAST, controller=f"more/{number:06}")
            for number, one in enumerate(asked)
        ]
        refusals = self._plan(counts, order, extra).refusals
        return {
            asked[int(refusal.waiter.uid.removeprefix("more/"))]: refusal.sites[0]
            for refusal in refusals
            if refusal.waiter.uid.startswith("more/") and refusal.sites
        }

    def _plan(self, counts: Counts, order: Sequence[Choice], extra: Sequence[Waiter]) -> Plan:
        waiters = [one for index in range(len(order)) for one in self._waiters(index, order[index], counts)]
        left = without(self.snapshot, self._leaving(counts))
        return plan(replace(left, waiters=(*waiters, *extra)))

    def _leaving(self, counts: Counts) -> dict[str, list[Shape]]:
        gone: dict[str, list[Shape]] = {}
        for choice in sorted(self.standing):
            for node in self.standing[choice][counts.get(choice, 0) :]:
                gone.setdefault(node, []).append(self.shapes[choice.pool, choice.variant])
        return gone

    def _waiters(self, index: int, choice: Choice, counts: Counts) -> list[Waiter]:
        """Those of the choice at this place in the order, which stands for it: names may hold any sign."""
        shape, key, priority = self._shape(choice), f"{index:06}", self.priorities.get(choice.pool, 0)
        return [
            Waiter(f"{key}/{number:06}", choice.pool, shape, priority, controller=key)
            for number in range(counts[choice] - len(self.standing.get(choice, ())))
        ]

    def _shape(self, choice: Choice) -> Shape:
        return replace(self.shapes[choice.pool, choice.variant], sites=(choice.site,))
