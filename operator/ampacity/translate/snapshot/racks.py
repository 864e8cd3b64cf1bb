"""What a rack holds: nodes that are there, and listed ones that have no Node object.

Deleting a Node object does not switch a server off. So a rack that lists its
nodes is charged for all of them, and those without an object at their maximum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ampacity.core.load import NOTHING, Load
from ampacity.core.rows import RackContents
from ampacity.core.site import Rack
from ampacity.translate.profiles.hardware import Hardware


@dataclass(frozen=True, slots=True)
class RackStock:
    """One rack's hardware. `doubtful`: nodes that may stand elsewhere; `off`: listed as off, by profile."""

    present: tuple[Hardware, ...] = ()
    missing: tuple[Hardware, ...] = ()
    doubtful: tuple[Hardware, ...] = ()
    off: tuple[tuple[str, int], ...] = ()

    @property
    def unseen(self) -> Load:
        """Load of what has no Node object of its own here."""
        total = NOTHING
        for hardware in (*self.missing, *self.doubtful):
            total += hardware.worst
        return total

    def contents(self, base_load: int) -> RackContents:
        """What decides whether a failure throttles the rack."""
        every = (*self.present, *self.missing, *self.doubtful)
        kinds = {
            (hardware.worst.power, hardware.supplies.count, hardware.supplies.watts)
            for hardware in every
            if hardware.supplies is not None
        }
        return RackContents(
            maximum=base_load + sum(hardware.worst.power for hardware in every),
            nodes=tuple(sorted(kinds)),
            needs_liquid=any(hardware.needs_liquid for hardware in every),
        )


def take_stock(
    rack: Rack,
    present: Sequence[Hardware],
    doubtful: Sequence[Hardware],
    named: Callable[[str, Rack], Hardware],
) -> RackStock:
    """`present`: hardware of the nodes that stand in the rack; `named` looks up a listed profile."""
    off = tuple((entry.profile, entry.count) for entry in rack.nodes if entry.off)
    missing = _missing(rack, present, named)
    return RackStock(tuple(present), tuple(missing), tuple(doubtful), off)


def _missing(
    rack: Rack, present: Sequence[Hardware], named: Callable[[str, Rack], Hardware]
) -> list[Hardware]:
    """Listed nodes without an object. Only a node of the listed profile takes a place on the list:

    one of another profile may be a further machine, and the listed one runs on unseen.
    """
    there = Counter(hardware.profile for hardware in present)
    left: list[Hardware] = []
    for entry in rack.nodes:
        if not entry.off:
            found = min(entry.count, there[entry.profile])
            there[entry.profile] -= found
            left += [named(entry.profile, rack)] * (entry.count - found)
    return left
