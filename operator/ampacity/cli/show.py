"""From a world and its snapshot to pictures of its sites: values in, values out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ampacity.cli.render.racks import LimitPicture, RackPicture, SitePicture
from ampacity.cli.report import Owner, owner_of, owners_of
from ampacity.core.load import NOTHING
from ampacity.core.plan import Grant
from ampacity.core.rows import RowKind, RowStatus
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
    return [_picture(snapshot, site, tenants, new, every_limit) for site in sorted(snapshot.sites)]


def _picture(
    snapshot: Snapshot, name: str, tenants: Tenants, grants: Sequence[Grant], every_limit: bool
) -> SitePicture:
    view = snapshot.sites[name]
    site = view.rows.site
    loads = snapshot.rack_loads(name)
    for grant in grants:
        if grant.site == name:
            loads[grant.rack] = loads.get(grant.rack, NOTHING) + grant.load
    described = view.rows.describe(loads)
    limits = [status for status in described if status.kind in LIMITS]
    shown = limits if every_limit else _tightest(limits)
    nodes = [node for node in snapshot.nodes if node.site == name and node.rack is not None]
    return SitePicture(
        name=name,
        title=", ".join(filter(None, (site.tier, site.country))),
        limits=tuple(limit_picture(status) for status in shown),
        racks=_racks(described, nodes, tenants, grants),
        note=_out_of_service(site),
        hidden=len(limits) - len(shown),
    )


def _tightest(limits: Sequence[RowStatus]) -> list[RowStatus]:
    def free(status: RowStatus) -> float:
        return status.headroom / status.capacity if status.capacity else -1.0

    kept = {id(status) for status in sorted(limits, key=free)[:MOST_LIMITS]}
    return [status for status in limits if id(status) in kept]


def limit_picture(status: RowStatus) -> LimitPicture:
    """One domain, cooling unit or rack to be drawn."""
    return LimitPicture(
        status.subject_type or "Rack",
        status.subject,
        status.capacity,
        status.reserved,
        status.worst_reserved,
        status.worst_state,
    )


def _racks(
    described: Iterable[RowStatus], nodes: Sequence[NodeView], tenants: Tenants, grants: Iterable[Grant]
) -> tuple[RackPicture, ...]:
    by_rack: defaultdict[str, list[NodeView]] = defaultdict(list)
    for node in nodes:
        by_rack[node.rack or ""].append(node)
    more: Counter[str] = Counter()
    for grant in grants:
        more[grant.node] += grant.waiter.shape.gpu_units
    return tuple(
        _rack(status, by_rack[status.subject], tenants, more)
        for status in described
        if status.kind is RowKind.RACK
    )


def _rack(status: RowStatus, nodes: Sequence[NodeView], tenants: Tenants, more: Counter[str]) -> RackPicture:
    here: Counter[Owner] = sum((tenants.get(node.name, Counter()) for node in nodes), Counter())
    return RackPicture(
        name=status.subject,
        now=status.reserved,
        capacity=status.capacity,
        gpus_used=sum(min(_gpus(node), node.units + more[node.name]) for node in nodes),
        gpus=sum(map(_gpus, nodes)),
        tenants=tuple((owner.name.rpartition("/")[2], n) for owner, n in sorted(here.items(), key=_order)),
        note=_note(nodes),
    )


def _order(entry: tuple[Owner, int]) -> tuple[int, str]:
    return -entry[1], entry[0].name


def _gpus(node: NodeView) -> int:
    return node.draw.gpus if node.draw else 0


def _note(nodes: Sequence[NodeView]) -> str:
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
        if pod.node and not pod.gated and pod.shape.gpu_units:
            tenants[pod.node][owner_of(pod)] += 1
    for grant in grants:
        tenants[grant.node][owners.get(grant.waiter.uid) or Owner.of(grant.waiter.controller)] += 1
    return tenants


def _out_of_service(site: Site) -> str:
    parts: tuple[Domain | CoolingUnit, ...] = (*site.domains, *site.cooling)
    out = [part for part in parts if part.state is not Declared.HEALTHY]
    return "; ".join(f"{part.type} {part.name} is declared {part.state}" for part in out)

