"""The planner as judge: can these replicas be placed all together?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ampacity.core.distribution.model import Choice
from ampacity.core.distribution.standing import without
from ampacity.core.placement import plan
from ampacity.core.snapshot import Shape, Snapshot, Waiter

Counts = Mapping[Choice, int]
Judge = Callable[[Counts], Counts]
"""Replicas -> how many of them find a place together."""

_NOBODY: Mapping[Choice, Sequence[str]] = {}


def placer(
    snapshot: Snapshot,
    shapes: Mapping[tuple[str, str], Shape],
    priorities: Mapping[str, int],
    standing: Mapping[Choice, Sequence[str]] = _NOBODY,
) -> Judge:
    """Judge by planning on the snapshot as it is, whose own waiters do not count.

    `shapes` by (pool, variant), `priorities` by pool: as replicas will wait in earnest. `standing`: nodes of
    replicas that run now and are in the snapshot. As many as are asked for stay where they are, the first
    ones; the others give their place back before the rest is planned.
    """

    def judge(counts: Counts) -> Counts:
        order = sorted(counts)
        waiters = tuple([one for index in range(len(order)) for one in _waiters(index, order[index], counts)])
        placed = {choice: min(count, len(standing.get(choice, ()))) for choice, count in counts.items()}
        for grant in plan(replace(without(snapshot, _leaving(counts)), waiters=waiters)).grants:
            placed[order[int(grant.waiter.controller)]] += 1
        return placed

    def _leaving(counts: Counts) -> dict[str, list[Shape]]:
        gone: dict[str, list[Shape]] = {}
        for choice in sorted(standing):
            for node in standing[choice][counts.get(choice, 0) :]:
                gone.setdefault(node, []).append(shapes[choice.pool, choice.variant])
        return gone

    def _waiters(index: int, choice: Choice, counts: Counts) -> list[Waiter]:
        """Those of the choice at this place in the order, which stands for it: names may hold any sign."""
        shape = replace(shapes[choice.pool, choice.variant], sites=(choice.site,))
        key, priority = f"{index:06}", priorities.get(choice.pool, 0)
        return [
            Waiter(f"{key}/{number:06}", choice.pool, shape, priority, controller=key)
            for number in range(counts[choice] - len(standing.get(choice, ())))
        ]

    return judge
