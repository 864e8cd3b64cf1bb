"""Why a shape still waits: per site the last check that some node passes and the first that none does.

All is judged on the state after every grant of the plan. A row's shortage is that of the place that lacks
least: what would have to change least for one such pod to fit. Equal waiters share one answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from ampacity.core import sentences
from ampacity.core.placement.columns import Ints, Mask
from ampacity.core.placement.demand import Demand
from ampacity.core.placement.exclusion import Exclusion
from ampacity.core.placement.floor import Floor
from ampacity.core.placement.match import Matcher
from ampacity.core.placement.rules import RuleBook
from ampacity.core.plan import Reason, Refusal, SiteReason, refuse
from ampacity.core.rows import RowKind, Shortfall
from ampacity.core.shares import added
from ampacity.core.snapshot import Snapshot, Waiter

_NEVER = 2**62  # a rack that is out of service is no place at all, however little it draws


@dataclass(frozen=True, slots=True)
class _Left:
    """One shape's nodes that are left after the checks on nodes, on room there, and on other pods: [nodes].

    `short`: nW by which the bay's worst row is short for one pod: [bays], for bays with a node in `ruled`.
    """

    may: Mask
    roomy: Mask
    ruled: Mask
    short: Ints


class Explainer:
    """Makes refusals for one plan; remembers its answer per shape."""

    def __init__(self, snapshot: Snapshot, floor: Floor, matcher: Matcher, rules: RuleBook) -> None:
        self._snapshot = snapshot
        self._floor = floor
        self._rules = rules
        self._exclusion = Exclusion(snapshot, floor, matcher)
        self._known: dict[int, tuple[SiteReason, ...]] = {}
        self._out: Mask | None = None

    def refusal(self, waiter: Waiter, demand: Demand) -> Refusal:
        """The refusal of one waiter; the least hopeless site speaks for all."""
        if demand.number not in self._known:
            self._known[demand.number] = self._sites(demand)
        return refuse(waiter, self._known[demand.number])

    def _sites(self, demand: Demand) -> tuple[SiteReason, ...]:
        if demand.shape.unknown_draw:
            return (SiteReason("", Reason.UNKNOWN_DRAW, demand.shape.unknown_draw),)
        if demand.shape.barred:
            return (SiteReason("", Reason.NOT_ALLOWED, demand.shape.barred),)
        left = self._left(demand)
        named = demand.shape.sites or tuple(name for name in self._floor.columns.sites if name)
        return tuple([self._site(demand, left, site) for site in named or ("",)])

    def _left(self, demand: Demand) -> _Left:
        columns, nodes = self._floor.columns, np.flatnonzero(demand.may)
        roomy, ruled = np.zeros_like(demand.may), np.zeros_like(demand.may)
        roomy[nodes] = self._floor.all_copies(demand, nodes) > 0
        ruled[:] = roomy
        if (checks := self._rules.checks(demand)) is not None:
            ruled &= checks.mask(np.arange(len(columns.views)))
        return _Left(demand.may, roomy, ruled, self._short(demand, np.flatnonzero(ruled)))

    def _short(self, demand: Demand, nodes: Ints) -> Ints:
        headroom = self._floor.headroom
        if not len(headroom.start):
            return headroom.start
        add = headroom.increments(self._floor.least_loads(demand, nodes))
        over = np.where(add > 0, np.maximum(add - headroom.left.array()[headroom.row], 0), 0)
        over[(add > 0) & self._out_of_service()[headroom.row]] = _NEVER
        return np.maximum.reduceat(over, headroom.start)

    def _out_of_service(self) -> Mask:
        """Rows that stand for racks without live power or cooling: [rows]."""
        if self._out is None:
            self._out = np.zeros(len(self._floor.headroom.left.values), np.bool_)
            for base, site in zip(self._floor.headroom.row_base, self._floor.columns.sites, strict=False):
                if site in self._snapshot.sites:
                    for number, row in enumerate(self._snapshot.sites[site].rows.rows):
                        self._out[base + number] = row.kind is RowKind.OUT
        return self._out

    def _site(self, demand: Demand, left: _Left, site: str) -> SiteReason:
        view = self._snapshot.sites.get(site)
        if view is None and not site and self._snapshot.sites:
            return SiteReason(site, Reason.NO_MATCHING_NODE, sentences.no_such_site())
        if view is None:
            return SiteReason(site, Reason.NO_ENVELOPE, sentences.no_envelope(site))
        if not view.admits:
            return SiteReason(site, Reason.NO_ENVELOPE, sentences.closed(view.why_not))
        span = self._floor.columns.site_span(site)
        if not left.may[span].any():
            return self._exclusion.by_node(demand, site, span)
        if not left.roomy[span].any():
            return self._exclusion.by_room(demand, site, np.flatnonzero(left.may[span]) + span.start)
        if not left.ruled[span].any():
            roomy = int(np.count_nonzero(left.roomy[span]))
            return SiteReason(site, Reason.POD_RULES, sentences.rules(roomy))
        return self._by_rows(demand, site, np.flatnonzero(left.ruled[span]) + span.start, left.short)

    def _by_rows(self, demand: Demand, site: str, nodes: Ints, short: Ints) -> SiteReason:
        """The place that lacks least; of equals the first."""
        bays = self._floor.columns.bay[nodes]
        node = int(nodes[np.argmin(short[bays])])
        view, system = self._floor.columns.views[node], self._snapshot.sites[site].rows
        number, headroom = self._floor.columns.sites.index(site), self._floor.headroom
        load = self._floor.load(node, self._floor.busy(node, demand.units))
        rack = view.rack or ""
        shape, draw = demand.shape, self._floor.columns.draws[self._floor.columns.draw[node]]
        adds = [added(row, draw, shape.workload, shape.gpu_units) for row in system.shares]
        found = (
            system.check(system.capacity - headroom.site_left(number), rack, load),
            system.check_shares(headroom.shares_left(number).tolist(), rack, adds),
        )
        shortfall = max(filter(None, found), key=attrgetter("short"), default=None)
        if shortfall is None:  # a rule between pods allowed the place only after this pod's turn had passed
            return SiteReason(site, Reason.POD_RULES, sentences.next_turn())
        return SiteReason(site, row_reason(shortfall), shortfall.sentence(), shortfall)


def row_reason(shortfall: Shortfall) -> Reason:
    """What kind of limit a row is to a person who waits."""
    row = shortfall.row
    if row.kind in (RowKind.SHARE, RowKind.REST):
        return Reason.SHARE
    if not row.state.normal:
        return Reason.REDUNDANCY
    cooling = row.kind in (RowKind.LIQUID, RowKind.AIR, RowKind.RACK_AIR)
    if cooling or (row.kind is RowKind.OUT and row.subject_type != "power"):
        return Reason.COOLING
    return Reason.POWER
