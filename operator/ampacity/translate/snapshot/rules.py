"""What the planner must know of pods that are placed already: only those that some rule looks at.

Rules between pods are rare and pods are many. So selectors are collected from
those who wait and from residents that repel others; a resident is told only if
one of them names it, and labels that no selector names are left out, so that
pods which differ only in an index or a hash are equal to the planner.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ampacity.core.placement.population import Subject, names, subject
from ampacity.core.snapshot import PodSelector, Resident, Shape
from ampacity.translate.pods.selectors import EVERYWHERE
from ampacity.translate.records import PodRecord
from ampacity.translate.snapshot.usage import PodIndex


@dataclass(frozen=True, slots=True)
class Interest:
    """What rules look at. `asked`: selectors and the namespace of their owners; `keys`: labels they name."""

    asked: frozenset[tuple[PodSelector, str]] = field(default_factory=frozenset)
    keys: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, waiting: Iterable[Shape], repelling: Iterable[PodRecord]) -> Interest:
        """Of those who wait, and of residents whose anti-affinity binds newcomers too."""
        asked = {(selector, shape.namespace) for shape in waiting for selector in _selectors(shape)}
        by_residents = {
            (rule.selector, pod.namespace)
            for pod in repelling
            for rule in pod.shape.rules
            if not rule.attract
        }
        keys = {
            requirement.key for selector, _ in asked | by_residents for requirement in selector.requirements
        }
        return cls(frozenset(asked), frozenset(keys))

    def slim(self, shape: Shape) -> Shape:
        """The shape with only the labels that some rule names."""
        labels = tuple(label for label in shape.labels if label[0] in self.keys)
        return shape if labels == shape.labels else replace(shape, labels=labels)

    def resident(self, shape: Shape, node: str) -> Resident:
        """A placed pod of this shape, as far as rules see it."""
        labels = tuple(label for label in shape.labels if label[0] in self.keys)
        return Resident(shape.namespace, labels, node, shape.rules)

    def concerns(self, pod: Subject) -> bool:
        """Whether a rule looks at this pod, or it has one that binds newcomers."""
        return any(not rule.attract for rule in pod.rules) or any(
            names(selector, owner, pod) for selector, owner in self.asked
        )

    def namespaces(self) -> set[str]:
        """Namespaces that the selectors reach; EVERYWHERE for all."""
        return {space for selector, owner in self.asked for space in selector.namespaces or (owner,)}


def residents(interest: Interest, index: PodIndex) -> list[Resident]:
    """Placed pods that rules look at, in the order of their uids."""
    found = {pod.uid: pod for pod in index.repelling()}
    spaces = interest.namespaces()
    candidates = [index.pods().values()] if EVERYWHERE in spaces else map(index.in_namespace, spaces)
    for pods in candidates:
        found |= {pod.uid: pod for pod in pods if pod.node and interest.concerns(subject(pod.shape))}
    return [interest.resident(found[uid].shape, found[uid].node) for uid in sorted(found) if found[uid].node]


def _selectors(shape: Shape) -> Iterable[PodSelector]:
    yield from (rule.selector for rule in shape.rules)
    yield from (rule.selector for rule in shape.spread)
