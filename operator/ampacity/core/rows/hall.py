"""What is known of a site once its graph has been walked in every state."""

from __future__ import annotations

from dataclasses import dataclass

from ampacity.core.rows.dominate import Limit
from ampacity.core.rows.flow import WHOLE
from ampacity.core.rows.graph import Graph
from ampacity.core.rows.limits import capacity
from ampacity.core.rows.local import KindFate
from ampacity.core.rows.model import Row, RowKind
from ampacity.core.rows.sources import Sources, Walks
from ampacity.core.rows.states import Situation
from ampacity.core.site import Site


@dataclass(frozen=True, slots=True)
class Hall:
    """`fates`: per kind of rack."""

    site: Site
    graph: Graph
    states: tuple[Situation, ...]
    sources: Sources
    walks: Walks
    fates: tuple[KindFate, ...]

    def name_row(self, limit: Limit) -> Row:
        """The row of a domain, cooling unit, or cord between them."""
        number, place = limit.subject
        node, state = self.graph.nodes[number], self.states[limit.situation].state
        total = capacity(self.graph, limit.subject)
        if place == WHOLE:
            return Row(node.kind, node.name, node.type, state, total, limit.base)
        supplier = self.graph.nodes[node.feeds.nodes[place]]
        return Row(RowKind.CORD, f"{node.name} via {supplier.name}", supplier.type, state, total, limit.base)
