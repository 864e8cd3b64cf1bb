"""What sites have room for, worked out anew only where something has changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from ampacity.core.distribution.capacity import Capacity, read_capacity
from ampacity.core.snapshot import NodeView, Resident, Shape, SiteView, Snapshot

Seen = tuple[SiteView, tuple[NodeView, ...], tuple[Resident, ...], Mapping[str, Shape]]


class Capacities:
    """Keeps each site's capacity as long as its nodes, its rows, the pods that rules look at, and the
    shapes that are asked about stay the same. Results do not depend on it."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Seen, Capacity]] = {}

    def read(self, snapshot: Snapshot, shapes: Mapping[str, Shape]) -> Mapping[str, Capacity]:
        """Per site, room for shapes by footprint."""
        nodes: dict[str, list[NodeView]] = defaultdict(list)
        for node in snapshot.nodes:
            nodes[node.site].append(node)
        self._known = {
            name: self._site(name, (view, tuple(nodes[name]), snapshot.residents, shapes))
            for name, view in snapshot.sites.items()
        }
        return {name: capacity for name, (_, capacity) in self._known.items()}

    def _site(self, name: str, seen: Seen) -> tuple[Seen, Capacity]:
        known = self._known.get(name)
        if known is not None and known[0] == seen:
            return known
        view, nodes, residents, shapes = seen
        alone = Snapshot({name: view}, nodes, (), residents)
        return seen, read_capacity(alone, shapes)[name]
