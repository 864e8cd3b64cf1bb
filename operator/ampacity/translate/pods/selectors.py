"""Selectors of the Kubernetes API as `Requirement`s: node terms, label selectors, pod rules, spread.

Only what can refuse a node is read: preferences never are. What the planner
cannot evaluate is read on the strict side, and a place that the scheduler
refuses after all is given back later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ampacity.core.snapshot import AntiAffinity, NodeTerm, PodSelector, Requirement, Spread
from ampacity.translate.typed import whole

EVERYWHERE = "*"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"

Json = Mapping[str, Any]
Labels = Mapping[str, str]


def node_terms(spec: Json) -> tuple[NodeTerm, ...]:
    """ORed terms of required node affinity with the node selector ANDed into each; () allows any node."""
    chosen = tuple(Requirement(key, "In", (value,)) for key, value in _sorted(spec.get("nodeSelector")))
    terms = required_terms(spec)
    if terms is None:
        return (chosen,) if chosen else ()
    # An empty term matches no node, and must not turn into one that only has the node selector.
    return tuple(chosen + term if term else () for term in map(read_term, terms)) or ((),)


def required_terms(spec: Json) -> list[Json] | None:
    """The raw terms of required node affinity, or None where there is none."""
    node_affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = node_affinity.get(_REQUIRED)
    return None if required is None else list(required.get("nodeSelectorTerms") or ())


def read_term(term: Json) -> NodeTerm:
    """One node-selector term; () for an empty one, which matches nothing."""
    expressions = [_requirement(e) for e in term.get("matchExpressions") or ()]
    fields = [_requirement(e, field=True) for e in term.get("matchFields") or ()]
    return (*expressions, *fields)


def pod_rules(spec: Json, labels: Labels) -> tuple[AntiAffinity, ...]:
    """Required pod affinity and anti-affinity."""
    affinity = spec.get("affinity") or {}
    rules = []
    for part, attract in (("podAntiAffinity", False), ("podAffinity", True)):
        for term in (affinity.get(part) or {}).get(_REQUIRED) or ():
            selector = _selector(term.get("labelSelector"), labels, term, _namespaces(term))
            rules.append(AntiAffinity(selector, term.get("topologyKey", ""), attract))
    return tuple(rules)


def spread(spec: Json, labels: Labels) -> tuple[Spread, ...]:
    """Hard topology spread constraints."""
    return tuple(
        Spread(
            _selector(item.get("labelSelector"), labels, item, ()),
            item.get("topologyKey", ""),
            whole(item.get("maxSkew")) or 1,
            whole(item.get("minDomains")) or 1,
        )
        for item in spec.get("topologySpreadConstraints") or ()
        if item.get("whenUnsatisfiable", "DoNotSchedule") == "DoNotSchedule"
    )


def label_requirements(selector: Json | None) -> tuple[Requirement, ...] | None:
    """ANDed requirements of a label selector; () selects all, None (no selector) selects nothing."""
    if selector is None:
        return None
    equal = [Requirement(key, "In", (value,)) for key, value in _sorted(selector.get("matchLabels"))]
    return (*equal, *(_requirement(e) for e in selector.get("matchExpressions") or ()))


def _selector(selector: Json | None, labels: Labels, keys: Json, namespaces: tuple[str, ...]) -> PodSelector:
    requirements = label_requirements(selector)
    if requirements is None:
        return PodSelector((Requirement("", "In", ()),), namespaces)
    same = _like(keys.get("matchLabelKeys"), "In", labels)
    other = _like(keys.get("mismatchLabelKeys"), "NotIn", labels)
    return PodSelector((*requirements, *same, *other), namespaces)


def _like(keys: Iterable[str] | None, operator: str, labels: Labels) -> tuple[Requirement, ...]:
    """The pod's own values of `keys`; the API server merges them in, files do not have them yet."""
    return tuple(Requirement(key, operator, (labels[key],)) for key in keys or () if key in labels)


def _namespaces(term: Json) -> tuple[str, ...]:
    """Namespaces a rule looks at. Namespace labels are not watched: a selector of them means all."""
    if term.get("namespaceSelector") is not None:
        return (EVERYWHERE,)
    return tuple(sorted(term.get("namespaces") or ()))


def _requirement(expression: Json, field: bool = False) -> Requirement:
    values = tuple(str(value) for value in expression.get("values") or ())
    return Requirement(expression.get("key", ""), expression.get("operator", ""), values, field)


def _sorted(labels: Labels | None) -> list[tuple[str, str]]:
    return sorted((labels or {}).items())
