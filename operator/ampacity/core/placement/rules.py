"""Rules between pods: required (anti-)affinity both ways and hard spread, as kube-scheduler judges them.

Every rule counts pods of some kinds per value of a node label, its domain. Per shape the answer is one mask:

- anti-affinity of the newcomer: none of the pods it names in the node's domain (a node without the label
  passes);
- anti-affinity of those already there: no pod in the node's domain has a rule that names the newcomer;
- affinity: the node has every rule's label, and its domain holds a pod that *all* the newcomer's affinity
  rules name; the first of its kind may start anywhere if its rules name itself;
- spread: count in the node's domain + (1 if the newcomer counts itself) - least count over the domains of
  nodes the newcomer may use <= maxSkew; the least is 0 while there are fewer than minDomains.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from ampacity.core.placement.columns import Columns, Ints, Mask
from ampacity.core.placement.demand import Demand
from ampacity.core.placement.match import Matcher
from ampacity.core.placement.population import Kinds, Presence, Subject, gathered, subject
from ampacity.core.snapshot import Resident, Spread


@dataclass(frozen=True, slots=True)
class Count:
    """How many pods of these kinds each domain holds. `domain`: [nodes], 0 where the label is missing.

    `eligible`: [nodes] where pods count, None for everywhere.
    """

    presence: Presence
    kinds: Mask
    domain: Ints
    size: int
    eligible: Mask | None = None

    def now(self) -> Ints:
        """[domains]."""
        domain = self.domain if self.eligible is None else np.where(self.eligible, self.domain, 0)
        return self.presence.counts(self.kinds, domain, self.size)


@dataclass(frozen=True, slots=True)
class Even:
    """One spread constraint. `own`: 1 if the newcomer counts itself; `domains`: those that it may use."""

    count: Count
    rule: Spread
    own: int
    domains: Ints


@dataclass(slots=True)
class Checks:
    """All rules that bear on one shape; `moving`: another grant of this plan can change the answer."""

    repel: list[Count] = field(default_factory=list)
    attract: list[Count] = field(default_factory=list)
    spread: list[Even] = field(default_factory=list)
    first_of_its_kind: bool = False
    moving: bool = False

    def mask(self, nodes: Ints) -> Mask:
        """Which of these nodes the rules allow now."""
        allowed = np.ones(len(nodes), np.bool_)
        for count in self.repel:
            allowed &= count.now()[count.domain[nodes]] == 0
        held = [count.now() for count in self.attract]
        somebody = any(totals.any() for totals in held) or not self.first_of_its_kind
        for count, totals in zip(self.attract, held, strict=True):
            allowed &= count.domain[nodes] > 0
            if somebody:
                allowed &= totals[count.domain[nodes]] > 0
        for even in self.spread:
            totals, place = even.count.now(), even.count.domain[nodes]
            enough = len(even.domains) >= max(1, even.rule.min_domains)
            least = int(totals[even.domains].min()) if enough else 0
            allowed &= (place > 0) & (totals[place] + even.own - least <= even.rule.max_skew)
        return allowed


class RuleBook:
    """All checks of one plan, and the pods that they count. Without any rule it costs nothing."""

    def __init__(
        self, columns: Columns, matcher: Matcher, residents: Iterable[Resident], demands: Iterable[Demand]
    ) -> None:
        self._columns = columns
        self._matcher = matcher
        self._presence = Presence()
        self._checks: dict[Demand, Checks] = {}
        self._kind: dict[Demand, int] = {}
        residents, demands = list(residents), list(demands)
        if any(one.rules for one in residents) or any(_ruled(demand) for demand in demands):
            self._read(residents, demands)

    def checks(self, demand: Demand) -> Checks | None:
        """The checks that bear on this shape, None if there are none."""
        return self._checks.get(demand)

    def add(self, demand: Demand, node: int, count: int) -> None:
        """A grant: from now on these pods count."""
        if self._checks:
            self._presence.add(self._kind[demand], node, count)

    def _read(self, residents: list[Resident], demands: list[Demand]) -> None:
        numbers = {view.name: number for number, view in enumerate(self._columns.views)}
        there = gathered(residents, numbers)
        kinds = Kinds([*(subject(demand.shape) for demand in demands), *there])
        waiting = np.zeros(len(kinds.number), np.bool_)
        for demand in demands:
            self._kind[demand] = kinds.number[subject(demand.shape)]
            waiting[self._kind[demand]] = True
        for kind, nodes in there.items():
            for node, count in nodes.items():
                self._presence.add(kinds.number[kind], node, count)
        hostile = Hostile(kinds)
        for demand in demands:
            checks = self._read_one(demand, kinds, hostile, waiting)
            if checks.repel or checks.attract or checks.spread:
                self._checks[demand] = checks

    def _read_one(self, demand: Demand, kinds: Kinds, hostile: Hostile, waiting: Mask) -> Checks:
        pod, checks = subject(demand.shape), Checks()
        for key, carriers in hostile.to(self._kind[demand]).items():
            checks.repel.append(self._count(key, carriers))
            checks.moving |= bool((carriers & waiting).any())
        named = [(rule, kinds.named(rule.selector, pod.namespace)) for rule in pod.rules]
        checks.repel += [self._count(rule.topology_key, mask) for rule, mask in named if not rule.attract]
        together = np.ones(len(kinds.number), np.bool_)
        for rule, mask in named:
            together &= mask | (not rule.attract)
        checks.attract = [self._count(rule.topology_key, together) for rule, _ in named if rule.attract]
        checks.first_of_its_kind = bool(together[self._kind[demand]])
        checks.spread = [self._even(demand, pod, kinds, rule) for rule in demand.shape.spread]
        checks.moving |= bool(pod.rules or checks.spread)
        return checks

    def _even(self, demand: Demand, pod: Subject, kinds: Kinds, rule: Spread) -> Even:
        """Nodes without one of the shape's spread labels neither count nor are allowed."""
        eligible = self._matcher.selected(demand.shape)
        for other in demand.shape.spread:
            eligible = eligible & (self._matcher.label(other.topology_key)[0] > 0)
        mask = kinds.named(replace(rule.selector, namespaces=()), pod.namespace)
        count = self._count(rule.topology_key, mask, eligible)
        own = int(mask[self._kind[demand]])
        return Even(count, rule, own, np.unique(count.domain[eligible]))

    def _count(self, key: str, kinds: Mask, eligible: Mask | None = None) -> Count:
        domain, values = self._matcher.label(key)
        return Count(self._presence, kinds, domain, len(values), eligible)


class Hostile:
    """Who has anti-affinity to whom: each distinct rule judged once over all kinds."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = len(kinds.number)
        rules: dict[tuple[str, object], int] = {}
        named: list[Mask] = []
        pairs: dict[str, list[tuple[int, int]]] = {}
        for kind, number in kinds.number.items():
            for rule in kind.rules:
                if not rule.attract:
                    known = rules.setdefault((kind.namespace, rule), len(rules))
                    if known == len(named):
                        named.append(kinds.named(rule.selector, kind.namespace))
                    pairs.setdefault(rule.topology_key, []).append((known, number))
        self._named = np.array(named, np.bool_).reshape(len(named), self._kinds)
        self._pairs = {key: np.array(found, np.int64).T for key, found in pairs.items()}

    def to(self, kind: int) -> dict[str, Mask]:
        """By topology key, the kinds with a rule that names this kind: [kinds]."""
        found: dict[str, Mask] = {}
        for key, (rule, carrier) in self._pairs.items():
            hostile = carrier[self._named[rule, kind]]
            if len(hostile):
                found[key] = np.zeros(self._kinds, np.bool_)
                found[key][hostile] = True
        return found


def _ruled(demand: Demand) -> bool:
    return bool(demand.shape.rules or demand.shape.spread)
