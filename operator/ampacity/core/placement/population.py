"""The pods that rules look at: which kinds there are, which of them a selector names, and where they are.

There may be as many kinds as pods (JobSet gives each job a rule that names all other jobs), so a selector
is judged over all kinds at once, by label column, and never pod by pod.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ampacity.core.placement.columns import Ints, Mask
from ampacity.core.placement.match import holds
from ampacity.core.snapshot import AntiAffinity, PodSelector, Requirement, Resident, Shape


@dataclass(frozen=True, slots=True)
class Subject:
    """A pod as rules see it."""

    namespace: str
    labels: tuple[tuple[str, str], ...]
    rules: tuple[AntiAffinity, ...]


def subject(pod: Shape | Resident) -> Subject:
    """The part of a pod that rules look at."""
    return Subject(pod.namespace, pod.labels, pod.rules)


def names(selector: PodSelector, owner: str, pod: Subject) -> bool:
    """Does a selector in a pod of namespace `owner` name this one pod? As `Kinds.named`, for one."""
    spaces = selector.namespaces or (owner,)
    if "*" not in spaces and pod.namespace not in spaces:
        return False
    labels = dict(pod.labels)
    return all(holds(requirement, labels.get(requirement.key)) for requirement in selector.requirements)


class Kinds:
    """All kinds of one plan, numbered."""

    def __init__(self, kinds: Iterable[Subject]) -> None:
        self.number: dict[Subject, int] = {}
        for kind in kinds:
            self.number.setdefault(kind, len(self.number))
        self._labels = [dict(kind.labels) for kind in self.number]
        self._namespaces = np.array([kind.namespace for kind in self.number], dtype=object)
        self._columns: dict[str, tuple[Ints, dict[str, int]]] = {}

    def named(self, selector: PodSelector, owner: str) -> Mask:
        """Kinds that a selector in a pod of namespace `owner` names: [kinds]. "*" is every namespace."""
        spaces = selector.namespaces or (owner,)
        mask = np.ones(len(self.number), np.bool_)
        if "*" not in spaces:
            mask &= np.logical_or.reduce([self._namespaces == space for space in spaces]).astype(np.bool_)
        for requirement in selector.requirements:
            mask &= self._holds(requirement)
        return mask

    def _holds(self, requirement: Requirement) -> Mask:
        codes, values = self._column(requirement.key)
        listed = [values[value] for value in requirement.values if value in values]
        mask: Mask
        match requirement.operator:
            case "In":
                mask = np.isin(codes, listed)
            case "NotIn":
                mask = ~np.isin(codes, listed)
            case "Exists":
                mask = codes > 0
            case "DoesNotExist":
                mask = codes == 0
            case _:
                mask = np.zeros(len(codes), np.bool_)
        return mask

    def _column(self, key: str) -> tuple[Ints, dict[str, int]]:
        """The kinds' values of one label as numbers (0: no such label), and the number of each value."""
        if key not in self._columns:
            values: dict[str, int] = {}
            codes = [
                values.setdefault(labels[key], len(values) + 1) if key in labels else 0
                for labels in self._labels
            ]
            self._columns[key] = np.array(codes, np.int64), values
        return self._columns[key]


class Presence:
    """Which kind is on which node how often; grows as pods are placed."""

    def __init__(self) -> None:
        self._table = np.zeros((64, 3), np.int64)
        self._used = 0

    def add(self, kind: int, node: int, count: int) -> None:
        """So many more pods of the kind on the node (fewer, if negative)."""
        if self._used == len(self._table):
            self._table = np.concatenate([self._table, np.zeros_like(self._table)])
        self._table[self._used] = kind, node, count
        self._used += 1

    def counts(self, kinds: Mask, domain: Ints, size: int) -> Ints:
        """Pods of some kinds per domain: [size]. `domain`: [nodes]; domain 0 is none and holds nobody."""
        kind, node, count = self._table[: self._used].T
        inside = kinds[kind]
        totals = np.zeros(size, np.int64)
        np.add.at(totals, domain[node[inside]], count[inside])
        totals[0] = 0
        return totals


def gathered(residents: Iterable[Resident], nodes: Mapping[str, int]) -> dict[Subject, dict[int, int]]:
    """Residents by kind and node number; those on unknown nodes are left out."""
    found: dict[Subject, dict[int, int]] = {}
    for resident in residents:
        node = nodes.get(resident.node)
        if node is not None:
            on = found.setdefault(subject(resident), {})
            on[node] = on.get(node, 0) + 1
    return found
