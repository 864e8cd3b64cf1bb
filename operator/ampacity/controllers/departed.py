"""Profiles whose object was deleted while machines still draw what they say.

Deleting the object does not switch a node off. Without its profile the node
would be unknown hardware, and pods with a place would be charged by a rule made
for strangers. So the last accepted figures stay until nothing needs them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence

from ampacity.translate.profiles.matching import Matcher
from ampacity.translate.records import NodeRecord, PodRecord, Profile

log = logging.getLogger(__name__)


class DepartedProfiles:
    """Remembers the profiles in force, for as long as this process takes scenes."""

    def __init__(self) -> None:
        self._living: frozenset[str] = frozenset()
        self._last: tuple[Profile, ...] = ()

    def in_force(
        self, living: Sequence[Profile], nodes: Iterable[NodeRecord], pods: Iterable[PodRecord]
    ) -> tuple[Profile, ...]:
        """`living`, and the deleted ones that a pod's reservation or a node still needs."""
        names = frozenset(profile.name for profile in living)
        gone = [profile for profile in self._last if profile.name not in names]
        kept = tuple(_still_used(gone, living, tuple(nodes), pods)) if gone else ()
        for profile in kept:
            if profile.name in self._living:
                log.warning("profile %s was deleted and stays in force while it is used", profile.name)
        self._living, self._last = names, (*living, *kept)
        return self._last


def _still_used(
    gone: Sequence[Profile], living: Sequence[Profile], nodes: Sequence[NodeRecord], pods: Iterable[PodRecord]
) -> Iterator[Profile]:
    """Those that a reservation names, or that alone know some node."""
    reserved = {pod.reservation.profile for pod in pods if pod.reservation is not None}
    present = Matcher(living)
    for profile in gone:
        alone = Matcher([profile])
        if profile.name in reserved or any(_knows(alone, n) and not _knows(present, n) for n in nodes):
            yield profile


def _knows(matcher: Matcher, node: NodeRecord) -> bool:
    return matcher.match(node.labels, dict(node.devices or node.allocatable.extended)) is not None
