"""Which call meets which fault: drawn at random, from a seed, so that a run can be repeated.

Each sort of call has a sequence of its own. Runs of two processes differ in which call comes first;
the n-th patch of a pod meets the same fault every time.
"""

from __future__ import annotations

import random
from collections import Counter

from tests.faults.kinds import Call, Fault


class Schedule:
    """`rate`: the part of all calls that meets a fault; watches, which are few, always do. Calm at first.

    `good_for`: least and most seconds for which a watch goes well.
    """

    def __init__(self, seed: int, rate: float, good_for: tuple[float, float] = (0.2, 3.0)) -> None:
        self.seed, self.rate, self.good_for = seed, rate, good_for
        self.injected: Counter[Fault] = Counter()
        self._calm = True
        self._draws: dict[str, random.Random] = {}

    def draw(self, call: Call) -> Fault | None:
        """What befalls this call."""
        rng = self.rng(call)
        weights = call.weights
        (fault,) = rng.choices(list(weights), list(weights.values()))
        meets = rng.random() < (1.0 if call.watch else self.rate)
        return fault if meets and not self._calm else None

    def rng(self, call: Call) -> random.Random:
        """Chance for calls of this sort."""
        return self._draws.setdefault(str(call), random.Random(f"{self.seed} {call}"))

    def count(self, fault: Fault) -> None:
        """This fault was injected."""
        self.injected[fault] += 1

    def begin(self) -> None:
        """Faults from now on."""
        self._calm = False

    def calm_down(self) -> None:
        """No more faults from now on; those that have begun end in their time."""
        self._calm = True

    def table(self) -> str:
        """Faults injected so far, by kind."""
        lines = [f"{count:6}  {fault}" for fault, count in sorted(self.injected.items())]
        return "\n".join([*lines, f"{self.injected.total():6}  in all, seed {self.seed}"])
