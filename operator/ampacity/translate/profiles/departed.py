"""Profiles whose object was deleted while machines still draw what they say.

Deleting the object does not switch a node off. Without its profile the node
would be unknown hardware, and pods with a place would be charged by a rule made
for strangers. So the last accepted figures stay until nothing needs them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ampacity.core.site import Site
from ampacity.translate.profiles.matching import Matcher
from ampacity.translate.records import NodeRecord, Profile


@dataclass(frozen=True, slots=True)
class Users:
    """What may need a profile: nodes that it alone knows, sites that list it, pods that were placed by it.

    `reserved`: the profiles that reservations name; looked at only if there is need.
    """

    nodes: Sequence[NodeRecord] = ()
    sites: Iterable[Site] = ()
    reserved: Iterable[str] = ()


def still_needed(gone: Sequence[Profile], living: Sequence[Profile], users: Users) -> Iterator[Profile]:
    """Those of the deleted profiles that have a user yet, marked as deleted."""
    named = set(users.reserved)
    named |= {entry.profile for site in users.sites for rack in site.racks for entry in rack.nodes}
    present = Matcher(living)
    for profile in gone:
        alone = Matcher([profile])
        if profile.name in named or any(_knows(alone, n) and not _knows(present, n) for n in users.nodes):
            yield replace(profile, deleted=True)


def _knows(matcher: Matcher, node: NodeRecord) -> bool:
    return matcher.match(node.labels, dict(node.devices or node.allocatable.extended)) is not None
