"""What must be true in every state that can be reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.properties.ledger.instance import Instance
from tests.properties.ledger.world import World

OVER = "more watts are drawn than there are"
OVERBOOKED = "more watts are drawn and reserved than there are"
GIVEN_TWICE = "one place is in the ledger twice"


def broken(instance: Instance, world: World) -> set[str]:
    """Which invariants do not hold here."""
    found = set(world.faults)
    drawn = Counter[str]()
    for spec, pod in zip(instance.specs, world.pods, strict=True):
        if pod is not None and pod.node:
            drawn[pod.node] += spec.watts
    if _beyond(instance, drawn):
        found.add(OVER)
    if _beyond(instance, drawn + _reserved(world)):
        found.add(OVERBOOKED)
    if _repeats(e.uid for e in world.stored.fence) or _repeats(_places(world)):
        found.add(GIVEN_TWICE)
    return found


def _reserved(world: World) -> Counter[str]:
    """What the written ledger keeps, less what its pods draw already."""
    placed = {pod.uid for pod in world.pods if pod is not None and pod.node}
    reserved = Counter[str]()
    for entry in world.stored.fence:
        if entry.uid not in placed:
            reserved[entry.node] += entry.load.power
    for hold in world.stored.holds:
        reserved[hold.node] += hold.load.power
    return reserved


def _places(world: World) -> list[str]:
    held = [hold.key for hold in world.stored.holds]
    return held + [entry.hold for entry in world.stored.fence if entry.hold]


def _beyond(instance: Instance, watts: Counter[str]) -> bool:
    over_node = any(watts[node] > limit for node, limit in instance.nodes.items())
    return over_node or sum(watts.values()) > instance.row


def _repeats(keys: Iterable[str]) -> bool:
    return any(count > 1 for count in Counter(keys).values())
