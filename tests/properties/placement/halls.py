"""Random small halls for the planner: the redundancy schemes of the power model, short of power."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from hypothesis import strategies as st

from ampacity.core.load import NodeDraw
from ampacity.core.site import CoolingUnit, Domain, Edge, Medium, Rack, Site, Tier
from ampacity.core.snapshot import NodeView, Snapshot, Waiter
from ampacity.core.units import PPM
from tests.builders.fleet import draw, node, shape, snapshot, waiter
from tests.builders.power import cooler, domain, kw, rack, site

DRAWS = {
    "h200": draw(8, kw(1.2), kw(0.7)),
    "l40s": draw(4, kw(0.5), kw(0.33)),
    "mi300": draw(8, kw(1.7), 812_345),
}


def percent(value: int) -> int:
    """ppm."""
    return value * PPM // 100


@st.composite
def cords(pick: st.DrawFn, scheme: str, feeds: Sequence[str], number: int) -> tuple[Edge, ...]:
    """The power edges of rack `number` under a redundancy scheme."""
    if scheme == "2N":
        return tuple([Edge(feed) for feed in feeds[:2]])
    if scheme == "4N/3":
        pairs = list(combinations(feeds, 2))
        return tuple([Edge(feed) for feed in pairs[number % len(pairs)]])
    if scheme == "catcher":
        return Edge(feeds[number % (len(feeds) - 1)], PPM), Edge(feeds[-1], 0)
    chosen = pick(st.lists(st.sampled_from(feeds), min_size=1, max_size=3, unique=True))
    shares = [pick(st.integers(34, 100)) for _ in chosen]
    if sum(shares) < 100:
        shares[0] = 100
    return tuple([Edge(feed, percent(share)) for feed, share in zip(chosen, shares, strict=True)])


@st.composite
def halls(pick: st.DrawFn) -> Site:
    """A hall of up to eight racks whose feeds, air and cords carry some part of what stands in them."""
    scheme = pick(st.sampled_from(["2N", "4N/3", "catcher", "uneven"]))
    feeds = ["ups-a", "ups-b", "ups-c", "ups-d"][: 2 if scheme == "2N" else 4]
    racks = pick(st.integers(2, 8))
    domains: list[Domain] = [domain("grid", f"{pick(st.integers(5, 90))}kW", "Utility")]
    for feed in feeds:
        size = pick(st.integers(2 * racks, 9 * racks))
        domains.append(domain(feed, f"{size}kW", "UPS", by=["grid"], fails=True,
                              efficiency=pick(st.sampled_from([PPM, 970_000]))))
    crah: list[CoolingUnit] = []
    if pick(st.booleans()):
        heat = pick(st.integers(2 * racks, 12 * racks))
        crah = [cooler("crah", f"{heat}kW", Medium.AIR, by=feeds[:2], electricity=percent(20))]
    built: list[Rack] = []
    for number in range(racks):
        limit = pick(st.none() | st.integers(4, 16))
        built.append(rack(f"r{number}", by=pick(cords(scheme, feeds, number)), air=["crah"] if crah else [],
                          limit=None if limit is None else kw(limit)))
    return site(domains, built, crah)


@st.composite
def fleets(pick: st.DrawFn, hall: Site, kinds: Sequence[str] = tuple(DRAWS)) -> tuple[NodeView, ...]:
    """One or two nodes in each rack, some of their GPUs in use."""
    nodes: list[NodeView] = []
    for one in hall.racks:
        for number in range(pick(st.integers(1, 2))):
            kind = pick(st.sampled_from(kinds))
            busy = pick(st.integers(0, DRAWS[kind].gpus))
            used = pick(st.sampled_from([0, 0, busy]))
            nodes.append(node(f"{one.name}-{number}", one.name, draw=DRAWS[kind], profile=kind, used=used,
                              pods=pick(st.sampled_from([110, 110, used + 3]))))
    return tuple(nodes)


@st.composite
def shared(pick: st.DrawFn, hall: Site, physical: int = 2, slices: int = 7) -> tuple[NodeView, ...]:
    """Nodes whose GPUs are cut into slices: any slice may draw the whole GPU."""
    cut: NodeDraw = draw(physical, kw(0.5), kw(0.6))
    used = [pick(st.integers(0, slices)) for _ in hall.racks]
    return tuple([
        node(f"{one.name}-0", one.name, draw=cut, used=busy, gpus=slices)
        for one, busy in zip(hall.racks, used, strict=True)
    ])


@st.composite
def equal_pods(pick: st.DrawFn) -> Snapshot:
    """Pods of one shape on a random hall, more than it can carry more often than not."""
    hall = pick(halls())
    if pick(st.integers(0, 3)) == 0:
        nodes, asks = pick(shared(hall)), shape(1)
    else:
        nodes, asks = pick(fleets(hall)), shape(pick(st.sampled_from([1, 1, 2, 4, 8])))
    count = pick(st.sampled_from([3, 10, 200]))
    return snapshot(nodes, [waiter(f"p{i:03}", asks) for i in range(count)], hall)


@st.composite
def mixed_pods(pick: st.DrawFn) -> Snapshot:
    """Pods of several shapes and priorities."""
    hall = pick(halls())
    nodes = pick(fleets(hall))
    shapes = pick(st.lists(st.builds(
        shape, st.sampled_from([1, 2, 4, 8]),
        accelerators=st.sampled_from([(), ("h200",), ("l40s", "h200"), ("mi300",)]),
        cpu=st.sampled_from([0, 1, 16]),
    ), min_size=1, max_size=4))
    waiting: list[Waiter] = []
    for number in range(pick(st.integers(1, 40))):
        waiting.append(waiter(f"p{number:02}", pick(st.sampled_from(shapes)),
                              priority=pick(st.sampled_from([0, 0, 5])), since=number))
    return snapshot(nodes, waiting, hall)


@st.composite
def demos(pick: st.DrawFn) -> Snapshot:
    """Like the demo: an air-cooled edge, a liquid-cooled centre on two feeds, four pools, too many pods."""
    edge, edge_nodes = pick(_edge())
    central, central_nodes = pick(_central())
    pools = [
        shape(pick(st.sampled_from([1, 2])), namespace="edge", sites=("edge",), cpu=8),
        shape(pick(st.sampled_from([1, 2, 4])), namespace="any", cpu=8),
        shape(8, namespace="central", accelerators=("h200",), cpu=64),
        shape(pick(st.sampled_from([1, 4])), namespace="both", sites=("edge", "central"), cpu=16),
        shape(1, namespace="plain"),
    ]
    waiting: list[Waiter] = []
    for number, pool in enumerate(pools):
        priority = pick(st.sampled_from([0, 0, 10]))
        since = pick(st.integers(0, 3))
        for replica in range(pick(st.integers(10, 80))):
            age = since + replica % 3
            waiting.append(waiter(f"{number}-{replica:02}", pool, priority=priority, since=age))
    return snapshot((*edge_nodes, *central_nodes), waiting, edge, central)


@st.composite
def _edge(pick: st.DrawFn) -> tuple[Site, list[NodeView]]:
    racks = pick(st.integers(3, 6))
    power = pick(st.integers(8 * racks, 18 * racks))
    built = [rack(f"e{i}", by=["ups"], air=["room"], limit=kw(17), air_limit=kw(17)) for i in range(racks)]
    hall = named(site(
        [domain("meter", f"{power + 20}kW", "Utility"),
         domain("ups", f"{power}kW", "UPS", by=["meter"], efficiency=950_000)],
        built, [cooler("room", f"{20 * racks}kW", Medium.AIR, by=["meter"], electricity=percent(30))],
    ), "edge", Tier.EDGE)
    server = draw(8, kw(0.9), kw(0.45), air=1)
    nodes = [node(f"{one.name}-{i}", one.name, site="edge", draw=server, profile="l40s")
             for one in built for i in range(3)]
    return hall, nodes


@st.composite
def _central(pick: st.DrawFn) -> tuple[Site, list[NodeView]]:
    racks = pick(st.integers(2, 4))
    feed = pick(st.integers(70 * racks, 140 * racks))
    domains = [domain("grid", "2MW", "Utility")]
    domains += [domain(f"ups-{f}", f"{feed}kW", "UPS", by=["grid"], fails=True) for f in "ab"]
    loops = [cooler("cdu", f"{pick(st.integers(70 * racks, 130 * racks))}kW", by=["ups-a", "ups-b"])]
    built = [rack(f"c{i}", by=["ups-a", "ups-b"], loop=["cdu"], base_load=kw(2), limit=kw(132))
             for i in range(racks)]
    server = draw(8, kw(2.4), kw(0.95), air=0.15)
    nodes = [node(f"{one.name}-{i:02}", one.name, site="central", draw=server, profile="h200")
             for one in built for i in range(13)]
    return named(site(domains, built, loops), "central", Tier.CENTRAL), nodes


def named(hall: Site, name: str, tier: Tier) -> Site:
    """The same site under another name."""
    return replace(hall, name=name, tier=tier)
