"""From a world and its snapshot to pictures of its sites: values in, values out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ampacity.cli.over import loads_with
from ampacity.cli.render.racks import LimitPicture, RackPicture, SitePicture
from ampacity.cli.report import Owner, owner_of, owners_of
from ampacity.core.plan import Grant
from ampacity.core.rows import RowKind, RowStatus, SiteRows
from ampacity.core.rows.shortfall import called
from ampacity.core.site import CoolingUnit, Declared, Domain, Site
from ampacity.core.snapshot import NodeView, Snapshot
from ampacity.translate.records import World

MOST_LIMITS = 16
LIMITS = (RowKind.DOMAIN, RowKind.LIQUID, RowKind.AIR)
Tenants = Mapping[str, Counter[Owner]]


def pictures(
    world: World, snapshot: Snapshot, grants: Sequence[Grant] = (), every_limit: bool = False
) -> list[SitePicture]:
    """A picture of each site as it stands, with `grants` made.

    A site with many domains shows those with the least headroom, in the order of its envelope,
    unless `every_limit`.
    """
    tenants = _tenants(world, grants)
    new = [grant for grant in grants if not grant.held]
    return [
        _picture(snapshot, site, tenants, new, every_limit, bool(world.profiles))
        for site in sorted(snapshot.sites)
    ]


def _picture(
    snapshot: Snapshot,
    name: str,
    tenants: Tenants,
    grants: Sequence[Grant],
    every_limit: bool,
    profiles: bool,
) -> SitePicture:
    rows = snapshot.sites[name].rows
    site = rows.site
    described = rows.describe(loads_with(snapshot, name, grants))
    limits = [status for status in described if status.kind in LIMITS]
    shown = limits if every_limit else _tightest(limits)
    nodes = [node for node in snapshot.nodes if node.site == name and node.rack is not None]
    missing = missing_nodes(snapshot, name)
    racks = _Racks(nodes, missing, lost_now(rows), tenants, grants, profiles).all(described)
    unknown = any(rack.unknown for rack in racks)
    return SitePicture(
        name=name,
        title=", ".join(filter(None, (site.tier, site.country))),
        limits=tuple(limit_picture(status, rows, unknown) for status in shown),
        racks=racks,
        note="; ".join(declared_out(site)),
        hidden=len(limits) - len(shown),
    )


def _tightest(limits: Sequence[RowStatus]) -> list[RowStatus]:
    def free(status: RowStatus) -> float:
        return status.headroom / status.capacity if status.capacity else -1.0

    kept = {id(status) for status in sorted(limits, key=free)[:MOST_LIMITS]}
    return [status for status in limits if id(status) in kept]


def limit_picture(status: RowStatus, rows: SiteRows, unknown: bool = False) -> LimitPicture:
    """One domain, cooling unit or rack to be drawn. `unknown`: as in the picture."""
    failing = next((called(s.failed_type, s.name) for s in rows.states if s.name == status.worst_state), "")
    return LimitPicture(
        status.subject_type or "Rack",
        status.subject,
        status.capacity,
        status.reserved,
        status.worst_reserved,
        status.worst_state,
        failing,
        unknown,
    )


def lost_now(rows: SiteRows) -> dict[str, str]:
    """Racks that what is declared out of service has taken down, each with what it lacks."""
    lacks = {row.subject: row.subject_type for row in rows.rows if row.kind is RowKind.OUT}
    lost = next((effect.lost for effect in rows.failures() if effect.state.normal), ())
    return {rack: f"no live {lacks.get(rack) or 'power or cooling'}" for rack in lost}


def missing_nodes(snapshot: Snapshot, site: str) -> dict[str, str]:
    """Racks that list nodes without Node object, with the sentence on them."""
    return {n.rack: n.sentence for n in snapshot.notes if n.reason == "MissingNodes" and n.site == site}


class _Racks:
    """Pictures of a site's racks: its nodes, what is missing or lost, who is there, and what is granted."""

    def __init__(
        self,
        nodes: Iterable[NodeView],
        missing: Mapping[str, str],
        lost: Mapping[str, str],
        tenants: Tenants,
        grants: Iterable[Grant],
        profiles: bool,
    ) -> None:
        self._missing, self._lost, self._tenants, self._profiles = missing, lost, tenants, profiles
        self._nodes: defaultdict[str, list[NodeView]] = defaultdict(list)
        for node in nodes:
            self._nodes[node.rack or ""].append(node)
        self._more: Counter[str] = Counter()
        for grant in grants:
            self._more[grant.node] += grant.waiter.shape.gpu_units

    def all(self, described: Iterable[RowStatus]) -> tuple[RackPicture, ...]:
        return tuple(self._rack(status) for status in described if status.kind is RowKind.RACK)

    def _rack(self, status: RowStatus) -> RackPicture:
        name, nodes = status.subject, self._nodes[status.subject]
        here: Counter[Owner] = sum((self._tenants.get(node.name, Counter()) for node in nodes), Counter())
        tenants = sorted(here.items(), key=_order)
        return RackPicture(
            name=name,
            now=status.reserved,
            capacity=status.capacity,
            gpus_used=sum(min(_gpus(node), node.units + self._more[node.name]) for node in nodes),
            gpus=sum(map(_gpus, nodes)),
            tenants=tuple((owner.name.rpartition("/")[2], n) for owner, n in tenants),
            note=self._note(name, nodes),
            unknown=not self._profiles and bool(nodes or name in self._missing) and name not in self._lost,
            gpus_unknown=any(node.draw is None for node in nodes)
            or (not self._profiles and name in self._missing),
        )

    def _note(self, name: str, nodes: Sequence[NodeView]) -> str:
        """What is worth a look: lost racks first, then missing nodes, then one that admits nothing."""
        lost = f"lost: {self._lost[name]}" if name in self._lost else ""
        if not self._profiles:
            return lost
        return "; ".join(filter(None, (lost, self._missing.get(name, ""), _closed(nodes))))


def _order(entry: tuple[Owner, int]) -> tuple[int, str]:
    return -entry[1], entry[0].name


def _gpus(node: NodeView) -> int:
    return node.draw.gpus if node.draw else 0


def _closed(nodes: Sequence[NodeView]) -> str:
    """The first node that admits nothing for a reason worth a look, and how many more there are."""
    closed = [node for node in nodes if not node.admits]
    if not closed:
        return ""
    more = f" and {len(closed) - 1} more" if len(closed) > 1 else ""
    return f"{closed[0].name}{more}: {closed[0].why_not}"


def _tenants(world: World, grants: Iterable[Grant]) -> Tenants:
    owners = owners_of(world)
    tenants: defaultdict[str, Counter[Owner]] = defaultdict(Counter)
    for pod in world.pods:
        if pod.node and not pod.waiting and pod.shape.gpu_units:
            tenants[pod.node][owner_of(pod)] += 1
    for grant in grants:
        tenants[grant.node][owners.get(grant.waiter.uid) or Owner.of(grant.waiter.controller)] += 1
    return tenants


def declared_out(site: Site) -> list[str]:
    """What people have declared out of service: "UPS ups-b is declared Failed"."""
    parts: tuple[Domain | CoolingUnit, ...] = (*site.domains, *site.cooling)
    out = [part for part in parts if part.state is not Declared.HEALTHY]
    return [f"{part.type} {part.name} is declared {part.state}" for part in out]
