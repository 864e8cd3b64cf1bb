"""Everything that was in the cluster at each resourceVersion, from raw objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from ampacity.audit.draws import Hardware
from ampacity.audit.facts import NodeFacts, PodFacts, node_facts, pod_facts
from ampacity.audit.history import ENVELOPE, NAMESPACE, NODE, POD, PROFILE, Change, Json
from ampacity.audit.residency import NamespaceFacts, namespace_facts
from ampacity.audit.sight import unseen
from ampacity.audit.timeline import Timeline
from ampacity.core.site import Problem, Site
from ampacity.translate.profiles.profile import profile_of
from ampacity.translate.records import Profile
from ampacity.translate.sites.site import site_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Span:
    """From version `first` to `last` something was done by one who need only have known what
    was at version `known`."""

    known: int
    first: int
    last: int


class World:
    """Timelines of all objects. Specs that cannot be accepted leave the last good one in force."""

    def __init__(self) -> None:
        self.nodes: defaultdict[str, Timeline[NodeFacts]] = defaultdict(Timeline)
        self.pods: defaultdict[str, Timeline[PodFacts]] = defaultdict(Timeline)
        self.sites: defaultdict[str, Timeline[Site]] = defaultdict(Timeline)
        self.profiles: defaultdict[str, Timeline[Profile]] = defaultdict(Timeline)
        self.namespaces: defaultdict[str, Timeline[NamespaceFacts]] = defaultdict(Timeline)
        self._hardware: dict[tuple[tuple[str, int, bool], ...], Hardware] = {}

    def apply(self, change: Change) -> None:
        """Take in one change of any kind."""
        if change.kind == NODE:
            node = None if change.object is None else node_facts(change.object)
            self.nodes[change.name].put(change.version, node)
        elif change.kind == POD:
            pod = None if change.object is None else pod_facts(change.object)
            self.pods[change.uid].put(change.version, pod)
        elif change.kind == NAMESPACE:
            namespace = None if change.object is None else namespace_facts(change.object)
            self.namespaces[change.name].put(change.version, namespace)
        elif change.kind == ENVELOPE:
            _accept(self.sites[change.name], change, site_of)
        elif change.kind == PROFILE:
            _accept(self.profiles[change.name], change, profile_of)

    def placed(self, span: Span) -> Iterator[PodFacts]:
        """Pods that drew, or might have, at some moment of the span: each as it was last then."""
        for timeline in self.pods.values():
            placed = [pod for pod in timeline.during(span.first, span.last) if pod.placed]
            if placed:
                yield placed[-1]

    def unjudgeable(self) -> str:
        """Why no grant could have been judged, whenever it had come; "" if one could."""
        sites = [site for timeline in self.sites.values() for site in timeline.values()]
        known = Hardware(profile for timeline in self.profiles.values() for profile in timeline.values())
        return unseen(sites, known, nodes=bool(self.nodes))

    def hardware(self, version: int) -> Hardware:
        """The profiles at `version`. Deleting one turns no machine off: it counts where no other fits."""
        profiles = [
            replace(profile, deleted=t.at(version) is None)
            for t in self.profiles.values()
            if (profile := t.last(version))
        ]
        key = tuple(sorted((profile.name, profile.generation, profile.deleted) for profile in profiles))
        if key not in self._hardware:
            self._hardware[key] = Hardware(profiles)
        return self._hardware[key]

    def in_force(self, site: str, span: Span, generation: int) -> Site | None:
        """The envelope that a decision was to keep: the generation it names if that was in force at any
        moment that it need not have known the end of, else the one that it must have known."""
        generations = self.sites[site].during(span.known, span.last)
        named = [found for found in generations if found.generation == generation]
        return next(iter(named or generations), None)


def _accept(
    timeline: Timeline[T], change: Change, read: Callable[[Json], tuple[T | None, tuple[Problem, ...]]]
) -> None:
    if change.object is None:
        timeline.put(change.version, None)
        return
    accepted, _ = read(change.object)
    if accepted is not None:
        timeline.put(change.version, accepted)
