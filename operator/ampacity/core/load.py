"""What draws power and where its heat goes, as exact integers.

All figures are milliwatts. Heat equals power: `power == air + liquid` for
anything exactly known; where a split is rounded, each part is rounded up, so
`air + liquid` may exceed `power` by a milliwatt and never fall below it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """Electrical draw and the heat it puts into room air and into the coolant loop, mW."""

    power: int = 0
    air: int = 0
    liquid: int = 0

    def __add__(self, other: Load) -> Load:
        return Load(self.power + other.power, self.air + other.air, self.liquid + other.liquid)

    def __sub__(self, other: Load) -> Load:
        return Load(self.power - other.power, self.air - other.air, self.liquid - other.liquid)

    def __mul__(self, count: int) -> Load:
        return Load(self.power * count, self.air * count, self.liquid * count)

    def part(self, some: int, every: int) -> Load:
        """What `some` of `every` equal parts come to, rounded up."""
        return Load(*(-(-amount * some // every) for amount in (self.power, self.air, self.liquid)))

    def join(self, other: Load) -> Load:
        """The larger of the two, part by part: what counts while it is in doubt which holds."""
        return Load(
            max(self.power, other.power),
            max(self.air, other.air),
            max(self.liquid, other.liquid),
        )


NOTHING = Load()


@dataclass(frozen=True, slots=True)
class Supplies:
    """Equal power supplies (or power shelves) side by side: `count` units of `watts` mW each."""

    count: int
    watts: int


@dataclass(frozen=True, slots=True)
class NodeDraw:
    """What one node draws in the rack it stands in, already split for that rack's cooling.

    `fixed` is idle plus what ordinary CPU work can add (host): it counts with
    no GPU pod at all. Each busy physical GPU adds `per_gpu`, rounded up, so
    `fixed + gpus * per_gpu` is at least the nameplate maximum, `maximum`.
    """

    gpus: int
    fixed: Load
    per_gpu: Load
    maximum: Load
    supplies: Supplies | None = None

    def at(self, units: int) -> Load:
        """Draw with `units` GPU units in use.

        Units may be slices (MIG, time-slicing): each sharer counts as one busy
        GPU until every physical GPU is busy (power-model, "Nodes").
        """
        return self.fixed + self.per_gpu * min(self.gpus, units)
