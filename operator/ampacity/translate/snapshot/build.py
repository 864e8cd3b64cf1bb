"""One moment of the world as one value to plan on.

The ledger is the pods and the small holds object: a pod that is bound or
granted counts on its node until it is gone, an announced grant counts where it
was announced, a hold where it is held. Everything in doubt counts at its
maximum, and a note says so.

The parts, in the order in which they build on each other: `places` (where nodes
stand and what they are), `stock` (what racks hold, and the rows), `usage` (what
pods take), `views` (nodes as planned with), `ghosts` (machines without Node
object), `strays` (nodes in no certain rack), `waiting` and `pools` (who waits), `rules` (whom rules look at).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice

from ampacity.core.bounds import forbidden
from ampacity.core.distribution import accepted_sites, rank_sites, site_headroom
from ampacity.core.ledger import Ledger
from ampacity.core.load import NOTHING, Load
from ampacity.core.sentences import LOST
from ampacity.core.snapshot import Resident, Shape, SiteView, Snapshot, Waiter
from ampacity.translate.fleet.places import Fleet, Place, Places
from ampacity.translate.pools.pool import bounds_of, demand, pool_places
from ampacity.translate.records import PoolRecord, World
from ampacity.translate.snapshot.doubts import fleet_notes, node_notes, pod_notes
from ampacity.translate.snapshot.ghosts import Ghosts, find_ghosts
from ampacity.translate.snapshot.preparing import Preparation
from ampacity.translate.snapshot.rules import Interest, residents
from ampacity.translate.snapshot.stock import Stock, Stocktaker
from ampacity.translate.snapshot.strays import Strays, find_strays
from ampacity.translate.snapshot.targeted import Targeted
from ampacity.translate.snapshot.unseen import unseen_work
from ampacity.translate.snapshot.usage import PodIndex
from ampacity.translate.snapshot.views import Facts, Promise, Viewer, promises_of
from ampacity.translate.snapshot.waiting import (
    Waiting,
    asked_since,
    pod_waiter,
    virtual_waiters,
    waiting_pods,
)


class SnapshotCache:
    """What may be kept from one snapshot to the next. One per loop; results do not depend on it."""

    def __init__(self) -> None:
        self.places = Places()
        self.stocktaker = Stocktaker()
        self.viewer = Viewer()


def build_snapshot(
    world: World,
    *,
    cache: SnapshotCache | None = None,
    index: PodIndex | None = None,
    ages: Mapping[str, int] | None = None,
    replicas: int | None = None,
) -> Snapshot:
    """The snapshot of `world`: a pure function of it, faster with what `cache` kept.

    `index`: the pods, if somebody keeps an index of them; `world.pods` is not read then. `ages`: since
    when each controller has asked for power, if somebody remembers more than the pods tell.
    `replicas`: at most so many of all pools together wait, to each pool its part; the rest come later.
    """
    cache = cache or SnapshotCache()
    index = index if index is not None else PodIndex.of(world.pods)
    ages = ages if ages is not None else asked_since(index.pods().values())
    fleet = cache.places.update(world.sites, world.profiles, world.nodes)
    stock = cache.stocktaker.update(fleet)
    promises = _promises(world.ledger)
    views = cache.viewer.views(_facts(world, fleet, stock, index, promises))
    ghosts = find_ghosts(fleet, stock, index, world.ledger)
    strays = find_strays(fleet, index, promises)
    waiting = waiting_pods(index, world.ledger, {view.name for view in views if view.admits})
    shapes = [pod.shape for pod, _ in waiting.pods] + [pool.shape for pool in world.pools]
    interest = Interest.of(shapes, index.repelling())
    preparation = Preparation(world, interest)
    snapshot = Snapshot(
        sites=_site_views(fleet, stock, ghosts, strays),
        nodes=views,
        waiters=tuple(pod_waiter(pod, preparation.pod(pod), hold, ages) for pod, hold in waiting.pods),
        residents=_residents(world, index, waiting, interest),
        notes=(
            *fleet_notes(fleet, stock),
            *node_notes(views),
            *ghosts.notes,
            *strays.notes,
            *pod_notes(index),
        ),
    )
    return _with_replicas(snapshot, world, index, waiting, preparation, replicas)


def _facts(
    world: World, fleet: Fleet, stock: Stock, index: PodIndex, promises: Mapping[str, tuple[Promise, ...]]
) -> Iterable[Facts]:
    """What makes each node's view, by name."""
    off = _OffSlots(stock)
    for node in sorted(world.nodes, key=lambda node: node.name):
        place = fleet.places[node.name]
        yield Facts(
            node,
            place,
            index.use(node.name),
            promises.get(node.name, ()),
            not node.ready and off.take(place),
        )


def _promises(ledger: Ledger) -> Mapping[str, tuple[Promise, ...]]:
    """Fence entries and holds by node."""
    promises: dict[str, tuple[Promise, ...]] = {}
    for promise in promises_of(ledger):
        promises[promise.node] = (*promises.get(promise.node, ()), promise)
    return promises


class _OffSlots:
    """Nodes that racks list as switched off, to be matched with nodes that are not Ready."""

    def __init__(self, stock: Stock) -> None:
        self._left = Counter(
            {(spot, profile): count for spot, rack in stock.racks.items() for profile, count in rack.off}
        )

    def take(self, place: Place) -> bool:
        """Whether this node, which is not Ready, is one of those."""
        if place.rack is None or place.hardware is None:
            return False
        slot = ((place.site, place.rack), place.hardware.profile)
        self._left[slot] -= 1
        return self._left[slot] >= 0


def _site_views(fleet: Fleet, stock: Stock, ghosts: Ghosts, strays: Strays) -> dict[str, SiteView]:
    unseen: dict[str, dict[str, Load]] = {name: {} for name in fleet.sites}
    for (site, rack), held in stock.racks.items():
        load = held.unseen
        for part in (ghosts.loads, strays.loads):
            load += part.get((site, rack), NOTHING)
        if load != NOTHING:
            unseen[site][rack] = load
    lost = {name: LOST for name, site in fleet.sites.items() if site.lost}
    closed = {**lost, **ghosts.closed, **strays.closed, **stock.broken}
    work = unseen_work((*ghosts.work, *strays.work))
    return {
        name: SiteView(
            stock.rows[name], unseen[name], name not in closed, closed.get(name, ""), work.get(name, ())
        )
        for name in sorted(fleet.sites)
    }


def _residents(world: World, index: PodIndex, waiting: Waiting, interest: Interest) -> tuple[Resident, ...]:
    """Placed pods that rules look at; announced grants and untaken holds are placed too."""
    found = residents(interest, index)
    for entry in world.ledger.fence:
        pod = index.get(entry.uid)
        if pod is not None and pod.waiting:
            found.append(interest.resident(pod.shape, entry.node))
    for pool in world.pools:
        untaken = pool_places(pool, (), waiting.untaken).holds
        found += [interest.resident(pool.shape, hold.node) for hold in untaken]
    return tuple(found)


def _replica(
    pool: PoolRecord, world: World, headroom: Mapping[str, int], preparation: Preparation
) -> Shape:
    """A replica at the sites that the pool may use, or the reason why what binds it leaves it none."""
    bounds = bounds_of(pool, world.namespaces)
    sites = rank_sites(world.sites, headroom, pool.tiers, pool.site_labels, bounds)
    if sites or not bounds:
        return preparation.replica(pool.shape, sites)
    otherwise = accepted_sites(world.sites, pool.tiers, pool.site_labels)
    return preparation.replica(pool.shape, (), forbidden(bounds, map(world.sites.__getitem__, otherwise)))


def _with_replicas(
    snapshot: Snapshot,
    world: World,
    index: PodIndex,
    waiting: Waiting,
    preparation: Preparation,
    most: int | None,
) -> Snapshot:
    """The snapshot with the replicas of pools that need a place yet."""
    part = None if most is None else max(1, most // max(1, len(world.pools)))
    waiters: list[Waiter] = []
    headroom: Mapping[str, int] | None = None
    targeted = Targeted(world, snapshot, index, waiting, preparation)
    for pool in world.pools:
        if pool.wish is not None:
            waiters += islice(targeted.waiters(pool), part)
            continue
        places = pool_places(pool, index.in_pool(pool.key), waiting.untaken)
        missing = demand(pool, places)
        if missing and part is not None:
            missing = min(missing, part)
        if missing:
            headroom = site_headroom(snapshot) if headroom is None else headroom
            shape = _replica(pool, world, headroom, preparation)
            waiters += virtual_waiters(pool, shape, missing)
    return replace(snapshot, waiters=(*snapshot.waiters, *waiters)) if waiters else snapshot
