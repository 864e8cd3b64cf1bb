"""An exhaustive search of an instance, breadth first, so that what it finds is as short as can be."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field

from tests.properties.ledger.calm import LEAKED, LOST, RESTLESS, calmer, left_over
from tests.properties.ledger.instance import Instance
from tests.properties.ledger.invariants import broken
from tests.properties.ledger.key import folded, key_of
from tests.properties.ledger.moves import moves
from tests.properties.ledger.world import World

_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class State:
    """A world, and how it came about."""

    world: World
    event: str = ""
    before: State | None = None

    def trace(self) -> list[str]:
        """Everything that happened, in order."""
        return [*self.before.trace(), self.event] if self.before else []


@dataclass(frozen=True)
class Found:
    """A broken invariant, the events that led there, and how many states were looked at before."""

    broken: set[str]
    trace: list[str]
    states: int

    def __str__(self) -> str:
        lines = [f"{number:3} {event}" for number, event in enumerate(self.trace, 1)]
        return "\n".join([*lines, f"    so {' and '.join(sorted(self.broken))}"])


@dataclass
class Search:
    """`wanted`: the invariants that are looked at.

    After `run`, `keys` are those of all states that can be reached, unless one was `found`.
    """

    instance: Instance
    wanted: frozenset[str]
    keys: set[Hashable] = field(default_factory=set)
    _calm: dict[bool, set[Hashable]] = field(default_factory=lambda: {True: set(), False: set()})

    def run(self) -> Found | None:
        """The shortest way to a broken invariant, if there is one."""
        begin = State(self.instance.world())
        self.keys.add(self._key(begin.world))
        queue = deque([begin])
        while queue:
            state = queue.popleft()
            wrong = self._wrong(state.world)
            if wrong:
                return Found(wrong, state.trace(), len(self.keys))
            for event, world in moves(self.instance, state.world):
                world = folded(self.instance, world)
                key = self._key(world)
                if key not in self.keys:
                    self.keys.add(key)
                    queue.append(State(world, event, state))
        return None

    def _key(self, world: World) -> Hashable:
        return key_of(self.instance, world)

    def _wrong(self, world: World) -> set[str]:
        wrong = broken(self.instance, world)
        if self.wanted & {LEAKED, LOST, RESTLESS}:
            for arrives in (True, False):
                wrong |= self._in_the_end(world, arrives)
        return wrong & self.wanted

    def _in_the_end(self, world: World, arrives: bool) -> set[str]:
        """What is left over when it has come to rest. What is known to end well is not followed again."""
        good, path = self._calm[arrives], []
        for _ in range(_PATIENCE):
            key = self._key(world)
            if key in good:
                break
            path.append(key)
            after = calmer(self.instance, world, arrives=arrives)
            if after == world:
                wrong = left_over(self.instance, world)
                if wrong:
                    return wrong
                break
            world = after
        else:
            return {RESTLESS}
        good.update(path)
        return set()
