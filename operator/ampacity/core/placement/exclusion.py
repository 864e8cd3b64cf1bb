"""Which check on nodes leaves a shape no node of a site, with the figures that say so.

Only asked for where the quick masks have shown that nothing is left, so it may walk the site's nodes.
"""

from __future__ import annotations

import numpy as np

from ampacity.core import sentences
from ampacity.core.placement.columns import PODS, Ints, Mask, amount, asked
from ampacity.core.placement.demand import Demand
from ampacity.core.placement.floor import Floor
from ampacity.core.placement.match import NOT_ALLOWED, Matcher, tolerates
from ampacity.core.plan import Reason, SiteReason
from ampacity.core.ports import is_port
from ampacity.core.ports import spoken as spoken_port
from ampacity.core.rows.shortfall import spoken
from ampacity.core.snapshot import Snapshot


class Exclusion:
    """Explains for one plan."""

    def __init__(self, snapshot: Snapshot, floor: Floor, matcher: Matcher) -> None:
        self._snapshot = snapshot
        self._floor = floor
        self._matcher = matcher

    def by_node(self, demand: Demand, site: str, span: slice) -> SiteReason:
        """No node of the site (numbers `span`) passes the checks that no grant changes."""
        columns, shape = self._floor.columns, demand.shape
        resource = columns.resources[demand.main]
        offering = [n for n in range(span.start, span.stop) if self._has(n, resource)]
        if not offering:
            text = sentences.not_offered(span.stop - span.start, resource)
            return SiteReason(site, Reason.NO_MATCHING_NODE, text)
        nodes = np.array(offering, np.int64)
        matching = nodes[(self._matcher.selected(shape) & self._matcher.tolerated(shape))[nodes]]
        if not len(matching):
            return SiteReason(site, Reason.NO_MATCHING_NODE, self._unselected(demand, nodes))
        if not (columns.draw[matching] >= 0).any():
            text = sentences.unknown_hardware(len(matching), self._why(matching))
            return SiteReason(site, Reason.UNKNOWN_HARDWARE, text)
        nodes = matching[demand.accelerator_rank[matching] != NOT_ALLOWED]
        if not len(nodes):
            there = {columns.views[node].profile for node in matching}
            text = sentences.other_accelerator(len(matching), shape.accelerators, there)
            return SiteReason(site, Reason.NO_MATCHING_NODE, text)
        if not columns.usable[nodes].any():
            text = sentences.not_admitting(len(nodes), self._why(nodes))
            return SiteReason(site, Reason.NO_MATCHING_NODE, text)
        return self._not_surviving(demand, site, nodes[columns.usable[nodes]])

    def by_room(self, demand: Demand, site: str, nodes: Ints) -> SiteReason:
        """None of these nodes has the free resources, or the power supplies, for one pod."""
        columns = self._floor.columns
        fitting = self._floor.free.array()[nodes][:, demand.kinds] >= demand.amounts
        whole = fitting.all(axis=1)
        if whole.any():
            return self._supplies(demand, site, int(nodes[whole][0]))
        large = [kind for kind in demand.kinds if not self._ever(demand, nodes, kind)]
        if large:
            return self._too_large(demand, site, nodes, large[0])
        main = demand.kinds.index(demand.main)
        resource = columns.resources[demand.main]
        if not fitting[:, main].any():
            free = self._floor.free.array()[nodes, demand.main]
            some, most = int(np.count_nonzero(free > 0)), int(free.max())
            text = sentences.none_free(len(nodes), resource, demand.main_amount, some, most)
            reason = Reason.NODE_RESOURCES if resource == PODS else Reason.NO_FREE_GPUS
            return SiteReason(site, reason, text)
        return self._lacking(demand, site, nodes[fitting[:, main]], fitting[fitting[:, main]])

    def _lacking(self, demand: Demand, site: str, nodes: Ints, fitting: Mask) -> SiteReason:
        """GPUs are free; name the resource that most of these nodes lack."""
        scarce = int(np.argmin(np.count_nonzero(fitting, axis=0)))
        kind, wanted = demand.kinds[scarce], demand.amounts[scarce]
        resource = self._floor.columns.resources[kind]
        most = max(0, int(self._floor.free.array()[nodes, kind].max()))
        text = sentences.lacking(len(nodes), resource, wanted, most)
        if is_port(resource):
            text = sentences.port_taken(len(nodes), spoken_port(resource))
        return SiteReason(site, Reason.NODE_RESOURCES, text)

    def _too_large(self, demand: Demand, site: str, nodes: Ints, kind: int) -> SiteReason:
        resource = self._floor.columns.resources[kind]
        most = max(self._has(node, resource) for node in nodes)
        wanted = sentences.units(resource, asked(demand.shape.requests)[resource])
        text = sentences.too_large(len(nodes), wanted, sentences.units(resource, most))
        if not most:
            text = sentences.not_offered(len(nodes), resource)
        return SiteReason(site, Reason.NO_MATCHING_NODE, text)

    def _ever(self, demand: Demand, nodes: Ints, kind: int) -> bool:
        """Is some node large enough for this resource when empty?"""
        resource = self._floor.columns.resources[kind]
        wanted = asked(demand.shape.requests)[resource]
        return any(self._has(node, resource) >= wanted for node in nodes)

    def _has(self, node: int, resource: str) -> int:
        """What an empty node has of a resource."""
        return amount(self._floor.columns.views[node].allocatable, resource)

    def _supplies(self, demand: Demand, site: str, node: int) -> SiteReason:
        view = self._floor.columns.views[node]
        shortfall = None
        if view.rack is not None and view.draw is not None and view.draw.supplies is not None:
            power = view.draw.at(self._floor.units.values[node] + demand.units).power
            system = self._snapshot.sites[site].rows
            shortfall = system.supplies_shortfall(view.rack, view.name, view.draw.supplies, power)
        if shortfall is None:
            return SiteReason(site, Reason.POWER, sentences.supplies(view.name))
        return SiteReason(site, Reason.POWER, shortfall.sentence(), shortfall)

    def _unselected(self, demand: Demand, nodes: Ints) -> str:
        selected = self._matcher.selected(demand.shape)[nodes]
        taints = {
            f"{taint.key}={taint.value}:{taint.effect}" if taint.value else f"{taint.key}:{taint.effect}"
            for node in nodes[selected]
            for taint in self._floor.columns.views[node].taints
            if not tolerates(demand.shape.tolerations, taint)
        }
        return sentences.not_selected(len(nodes), int(np.count_nonzero(~selected)), taints)

    def _not_surviving(self, demand: Demand, site: str, nodes: Ints) -> SiteReason:
        system, types = self._snapshot.sites[site].rows, demand.shape.must_survive
        if unknown := self._matcher.unheard_of(types):
            text = sentences.unheard_of(unknown, system.failure_types())
            return SiteReason(site, Reason.NOT_SURVIVING, text)
        if untested := system.untested(types):
            text = sentences.untested(untested, system.failure_types())
            return SiteReason(site, Reason.NOT_SURVIVING, text)
        state = system.unmet(self._floor.columns.views[nodes[0]].rack or "", types)
        failing = "what is out of service now"
        if state is not None and not state.normal:
            failing = f"{spoken(state.failed_type)} {state.name}"
        return SiteReason(site, Reason.NOT_SURVIVING, sentences.not_surviving(len(nodes), failing))

    def _why(self, nodes: Ints) -> str:
        """What the first of these nodes that says anything says."""
        return next((why for node in nodes if (why := self._floor.columns.views[node].why_not)), "")

