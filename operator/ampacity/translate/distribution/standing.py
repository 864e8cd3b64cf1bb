"""Replicas that have a place now: which variant of which pool on which node."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ampacity.core.distribution.model import Choice
from ampacity.core.ledger import FenceEntry, Hold, Ledger
from ampacity.core.snapshot import NodeView, Snapshot
from ampacity.translate.distribution.variants import profiles_of
from ampacity.translate.pools.template import deployment_key
from ampacity.translate.records import PoolRecord, World
from ampacity.translate.snapshot.usage import PodIndex

_CERTAIN = 50
"""So much of a pool's name is in the names of its Deployments, however long it is."""

Standing = Mapping[Choice, Sequence[str]]
"""Nodes of replicas, one entry each. Those that should leave last come first."""


def standing_of(world: World, snapshot: Snapshot, index: PodIndex | None = None) -> Standing:
    """Replicas of pools with a wish: pods that have a place and are not on their way out, grants that are
    under way, and holds.

    Replicas on hardware that their pool does not ask for any more are not told: they are loads of their
    nodes, and nothing else. `index`: the pods, if somebody keeps an index of them; `world.pods` is not
    read then.
    """
    index = index if index is not None else PodIndex.of(world.pods)
    nodes = {node.name: node for node in snapshot.nodes}
    kept = tuple(_kept(world.ledger, index))
    found: dict[Choice, list[str]] = defaultdict(list)
    for pool in world.pools:
        if pool.wish is not None:
            variants = profiles_of(pool.wish, world.profiles)
            for node in _in_order(pool, nodes, index, kept):
                name = _variant_on(node, variants)
                if name is not None:
                    found[Choice(pool.wish.name, node.site, name)].append(node.name)
    return found


def _kept(ledger: Ledger, index: PodIndex) -> Iterator[FenceEntry | Hold]:
    """Places without a pod on them yet."""
    for entry in ledger.fence:
        pod = index.get(entry.uid)
        if pod is not None and pod.waiting:
            yield entry
    yield from ledger.holds


def _in_order(
    pool: PoolRecord, nodes: Mapping[str, NodeView], index: PodIndex, kept: Sequence[FenceEntry | Hold]
) -> Iterator[NodeView]:
    """The node of each replica: nodes that admit first, pods before what has none yet, the oldest first."""
    pods = [
        pod
        for pod in index.in_pool(f"{pool.namespace}/{pool.name}")
        if pod.node in nodes and not pod.waiting and not pod.terminating
    ]
    pods.sort(key=lambda pod: (not nodes[pod.node].admits, pod.created, pod.uid))
    begins = f"Deployment/{pool.namespace}/{pool.name[:_CERTAIN].rstrip('-.')}"
    own = [
        one.node
        for one in kept
        if one.controller.startswith(begins)
        and one.controller == deployment_key(pool.namespace, pool.name, one.site)
        and one.node in nodes
    ]
    return (nodes[name] for name in (*(pod.node for pod in pods), *own))


def _variant_on(node: NodeView, variants: Mapping[str, Sequence[str]]) -> str | None:
    """The variant that a replica on this node is."""
    for name, profiles in variants.items():
        if not profiles or node.profile in profiles:
            return name
    return None
