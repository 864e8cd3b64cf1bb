"""Which nodes a shape may use at all: selectors, taints, site, accelerator, outcomes of failures.

Each expression is judged once per distinct label value and then spread over the nodes, with
kube-scheduler's meaning: terms are ORed, an empty term matches nothing, NotIn and DoesNotExist hold on a
node without the label, Gt and Lt need integers on both sides. What is not understood matches nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ampacity.core.placement.columns import Columns, Ints, Mask
from ampacity.core.snapshot import NodeTerm, Requirement, Shape, Snapshot, Taint, Toleration

NOT_ALLOWED = -1
_LABEL = 63  # characters that a label's value may have


class Matcher:
    """Answers for one snapshot's nodes; remembers each label column and each expression's verdict."""

    def __init__(self, snapshot: Snapshot, columns: Columns) -> None:
        self._snapshot = snapshot
        self._columns = columns
        self._labels: dict[str, tuple[Ints, list[str | None]]] = {}
        self._verdicts: dict[Requirement, Mask] = {}
        self._survivors: dict[frozenset[str], Mask] = {}
        self._taints = self._coded_taints()

    def label(self, key: str) -> tuple[Ints, list[str | None]]:
        """The label's values as numbers per node, and what each number stands for; 0 is "no such label"."""
        if key not in self._labels:
            values: dict[str | None, int] = {None: 0}
            codes = [values.setdefault(view.labels.get(key), len(values)) for view in self._columns.views]
            self._labels[key] = np.array(codes, np.int64), list(values)
        return self._labels[key]

    def selected(self, shape: Shape) -> Mask:
        """Nodes that the pod's own node affinity and that of its bound volumes admit."""
        mask = np.ones(len(self._columns.views), np.bool_)
        for terms in (shape.node_terms, *shape.volume_terms):
            if terms:
                mask &= self._any(terms)
        return mask

    def tolerated(self, shape: Shape) -> Mask:
        """Nodes none of whose hard taints the pod fails to tolerate."""
        codes, kinds = self._taints
        verdicts = [all(tolerates(shape.tolerations, taint) for taint in taints) for taints in kinds]
        return np.array(verdicts, np.bool_)[codes]

    def site_rank(self, shape: Shape) -> Ints:
        """Place of each node's site in the pod's order of sites, or NOT_ALLOWED: [nodes]."""
        return _ranks(self._columns.sites, shape.sites or self._columns.sites)[self._columns.site]

    def accelerator_rank(self, shape: Shape) -> Ints:
        """Place of each node's profile in the pod's order of accelerators, or NOT_ALLOWED: [nodes]."""
        if not shape.accelerators:
            return np.zeros(len(self._columns.views), np.int64)
        return _ranks(self._columns.profiles, shape.accelerators)[self._columns.profile]

    def surviving(self, shape: Shape) -> Mask:
        """Nodes in racks that survive each failure the pod says it must survive."""
        wanted = shape.must_survive
        if wanted not in self._survivors:
            self._survivors[wanted] = self._surviving_racks(wanted)
        return self._survivors[wanted][self._columns.rack]

    def _surviving_racks(self, types: frozenset[str]) -> Mask:
        racks = np.ones(self._columns.rack_base[-1] + 1, np.bool_)
        racks[-1] = False  # where rack number -1 points: a node in no rack survives nothing
        if self.unheard_of(types):
            racks[:] = False
        elif types:
            for base, site in zip(self._columns.rack_base, self._columns.sites, strict=False):
                if site in self._snapshot.sites:
                    survives = self._snapshot.sites[site].rows.surviving(types)
                    racks[base : base + len(survives)] = survives
        return racks

    def unheard_of(self, types: frozenset[str]) -> frozenset[str]:
        """Those of the types to survive that no site of the fleet has anything of: a slip of the pen."""
        return types.difference(*(view.rows.part_types() for view in self._snapshot.sites.values()))

    def _any(self, terms: Iterable[NodeTerm]) -> Mask:
        mask = np.zeros(len(self._columns.views), np.bool_)
        for term in terms:
            if term:
                mask |= np.logical_and.reduce([self._verdict(requirement) for requirement in term])
        return mask

    def _verdict(self, requirement: Requirement) -> Mask:
        if requirement not in self._verdicts:
            if requirement.field:
                self._verdicts[requirement] = self._field(requirement)
            else:
                codes, values = self.label(requirement.key)
                kinds = np.array([holds(requirement, value) for value in values], np.bool_)
                self._verdicts[requirement] = kinds[codes]
        return self._verdicts[requirement]

    def _field(self, requirement: Requirement) -> Mask:
        views = self._columns.views
        if requirement.key != "metadata.name" or requirement.operator not in ("In", "NotIn"):
            return np.zeros(len(views), np.bool_)
        named = set(requirement.values)
        inside = np.fromiter((view.name in named for view in views), np.bool_, len(views))
        return inside if requirement.operator == "In" else ~inside

    def _coded_taints(self) -> tuple[Ints, list[tuple[Taint, ...]]]:
        kinds: dict[tuple[Taint, ...], int] = {}
        codes = [kinds.setdefault(view.taints, len(kinds)) for view in self._columns.views]
        return np.array(codes, np.int64), list(kinds)


def holds(requirement: Requirement, value: str | None) -> bool:
    """Does a label of this value (None: absent) satisfy the expression?"""
    match requirement.operator:
        case "In":
            return value is not None and value in requirement.values
        case "NotIn":
            return value is None or value not in requirement.values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt" | "Lt":
            return _compares(requirement, value)
    return False


def _compares(requirement: Requirement, value: str | None) -> bool:
    left = _integer(value)
    right = _integer(requirement.values[0]) if len(requirement.values) == 1 else None
    if left is None or right is None:
        return False
    return left > right if requirement.operator == "Gt" else left < right


def _integer(text: str | None) -> int | None:
    """A label's integer as kube-scheduler reads it: ASCII digits and a sign, 64 bits."""
    digits = (text or "").removeprefix("-").removeprefix("+")
    if text is None or not (digits.isascii() and digits.isdigit()) or len(text) - len(digits) > 1:
        return None
    if len(digits) > _LABEL:
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None


def tolerates(tolerations: Iterable[Toleration], taint: Taint) -> bool:
    """Does any of the tolerations cover the taint?"""
    return any(_covers(toleration, taint) for toleration in tolerations)


def _covers(toleration: Toleration, taint: Taint) -> bool:
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if toleration.key and toleration.key != taint.key:
        return False
    if toleration.operator == "Exists":
        return True
    return toleration.operator in ("", "Equal") and bool(toleration.key) and toleration.value == taint.value


def _ranks(names: Sequence[str], order: Sequence[str]) -> Ints:
    """Per name its first place in `order`, or NOT_ALLOWED."""
    places: dict[str, int] = {}
    for place, name in enumerate(order):
        places.setdefault(name, place)
    return np.array([places.get(name, NOT_ALLOWED) for name in names], np.int64)
