"""In which rack of a site a node stands: by its labels, else by its name."""

from __future__ import annotations

import re
from fnmatch import translate
from functools import lru_cache

from ampacity import names
from ampacity.audit.facts import NodeFacts
from ampacity.core.site import Rack, Site


class Racks:
    """The racks of a site, to be asked for many nodes."""

    def __init__(self, site: Site) -> None:
        self._site = site.name
        self._racks = {rack.name: rack for rack in site.racks}
        patterns = [(pattern, rack.name) for rack in site.racks for pattern in rack.node_patterns]
        self._named = [rack for _, rack in patterns]
        self._names = _any_of(tuple(pattern for pattern, _ in patterns))

    def of(self, node: NodeFacts) -> Rack | None:
        """The node's rack; None if it stands in none of this site."""
        site, rack = node.labels.get(names.SITE), node.labels.get(names.RACK)
        if site not in (None, self._site):
            return None
        if rack is not None:
            return self._racks.get(rack) if site else None
        found = self._names.fullmatch(node.name) if self._named else None
        return self._racks[self._named[(found.lastindex or 1) - 1]] if found else None


@lru_cache(maxsize=64)
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all shell patterns; its last group tells which of them matched."""
    return re.compile("|".join(f"({translate(pattern)})" for pattern in patterns))
