"""Which rack a node stands in: by its labels, or by the rack's node-name patterns.

Labels and patterns that contradict each other place the node nowhere: it
admits nothing, and counts in every rack it may stand in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import translate

from ampacity import names
from ampacity.core.site import Site

Spot = tuple[str, str]
"""A rack: its site and its name."""

_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """`rack` None: the node belongs nowhere, `why_not` says why. `maybe`: racks it may stand in then."""

    site: str
    rack: str | None
    why_not: str = ""
    maybe: tuple[Spot, ...] = ()


class Finder:
    """Finds racks of nodes; build once per set of sites."""

    def __init__(self, sites: Mapping[str, Site]) -> None:
        self._racks = {name: frozenset(rack.name for rack in site.racks) for name, site in sites.items()}
        self._patterns: dict[str, list[tuple[re.Pattern[str], Spot]]] = {}
        for site in sites.values():
            for rack in site.racks:
                self._index(rack.node_patterns, (site.name, rack.name))
        self._lengths = sorted({len(prefix) for prefix in self._patterns})

    def find(self, node: str, labels: Mapping[str, str]) -> Whereabouts:
        """Where the node of this name and these labels stands."""
        site, rack = labels.get(names.SITE, ""), labels.get(names.RACK, "")
        matching = self.by_name(node)
        complaint = self._complaint(site, rack)
        if not complaint and all(spot == (site, rack) for spot in matching):
            return Whereabouts(site, rack)
        if not rack and len(matching) == 1 and site in ("", matching[0][0]):
            return Whereabouts(*matching[0])
        if not matching:
            return Whereabouts(site, None, complaint)
        claimed = [] if complaint else [(site, rack)]
        spots = tuple(dict.fromkeys([*claimed, *matching]))
        return Whereabouts(site or spots[0][0], None, _contradiction(site, rack, spots, complaint), spots)

    def by_name(self, node: str) -> list[Spot]:
        """Racks whose node-name patterns match."""
        found: dict[Spot, None] = {}
        for length in self._lengths:
            for pattern, spot in self._patterns.get(node[:length], ()):
                if pattern.match(node):
                    found[spot] = None
        return list(found)

    def _index(self, patterns: Iterable[str], spot: Spot) -> None:
        """Patterns by their literal beginning, so that a hall's thousand patterns are not all tried."""
        for pattern in patterns:
            prefix = _WILD.split(pattern, maxsplit=1)[0]
            self._patterns.setdefault(prefix, []).append((re.compile(translate(pattern)), spot))

    def _complaint(self, site: str, rack: str) -> str:
        """Why the labels alone do not place a node; "" if they do."""
        if not site and not rack:
            return (
                f"it belongs to no rack: label it {names.SITE} and {names.RACK}, "
                "or let an envelope's rack name it"
            )
        if not site:
            return f"label {names.RACK} names rack {rack}, but label {names.SITE} is missing"
        if site not in self._racks:
            return f"no accepted envelope of site {site}"
        if not rack:
            return f"label {names.SITE} names site {site}, but label {names.RACK} is missing"
        if rack not in self._racks[site]:
            return (
                f"site {site} has no rack {rack}: "
                f"add it to the envelope, or label its nodes {names.RACK_POWER}"
            )
        return ""


def _contradiction(site: str, rack: str, spots: Iterable[Spot], complaint: str) -> str:
    racks = " and ".join(f"{rack} of {site}" for site, rack in spots)
    if complaint and (site or rack):
        return f"{complaint}, and its name places it in rack {racks}: correct its labels"
    return f"labels and names place it in racks {racks}: one of them must go"
