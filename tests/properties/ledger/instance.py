"""An instance of the model: which pods, nodes, watts and processes there are, and which rules hold."""

from __future__ import annotations

from dataclasses import dataclass

from tests.properties.ledger.rules import Rule
from tests.properties.ledger.world import Pod, Process, Spec, World

POOL = "pool"
"""Controller of the pods that replicas of the one pool are."""


@dataclass(frozen=True)
class Instance:
    """`row`: watts that all nodes together may draw; `nodes`: watts that each may.

    `replicas`: what the pool wants. `without`: rules that are left out. `births`: whether pods come
    and go. `changes`: whether others change pods. `lags`: whether lists may come from a replica that lags.
    `folds`: whether states that behave alike count as one.
    """

    specs: tuple[Spec, ...]
    nodes: dict[str, int]
    row: int
    replicas: int = 0
    processes: int = 2
    without: frozenset[Rule] = frozenset()
    births: bool = True
    changes: bool = True
    batches: bool = True
    begin: World | None = None
    folds: bool = True

    def follows(self, rule: Rule) -> bool:
        """Whether this rule holds."""
        return rule not in self.without

    def world(self) -> World:
        """How it begins: nobody leads; the pods wait."""
        if self.begin is not None:
            return self.begin
        pods = tuple(Pod(f"{spec.name}#1") for spec in self.specs)
        return World(
            pods=pods,
            processes=(Process(),) * self.processes,
            born=(1,) * len(pods),
            lagging=() if self.follows(Rule.QUORUM) else pods,
        )

    def spec(self, uid: str) -> Spec:
        """Of the pod with this uid."""
        name, _, _ = uid.partition("#")
        return next(spec for spec in self.specs if spec.name == name)


def who(process: int) -> str:
    """A process's name."""
    return "ABC"[process]
