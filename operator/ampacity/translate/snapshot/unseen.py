"""What classes of work may draw on machines that no node view carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ampacity.core.snapshot import Work
from ampacity.core.workload import Workload


@dataclass(frozen=True, slots=True)
class Doubt:
    """A machine that runs pods of these classes nobody knows how: all that it draws may be of each."""

    site: str
    classes: frozenset[Workload | None]
    power: int


def unseen_work(doubts: Iterable[Doubt]) -> Mapping[str, Work]:
    """By site, the most that each class may draw on such machines, mW."""
    found: dict[str, dict[Workload | None, int]] = {}
    for doubt in doubts:
        at = found.setdefault(doubt.site, {})
        for kind in doubt.classes:
            at[kind] = at.get(kind, 0) + doubt.power
    return {site: tuple(sorted(at.items(), key=lambda entry: entry[0] or "")) for site, at in found.items()}
