"""The power supplies of single nodes: what is left of them in the present state must carry the node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ampacity.audit.limits import SUPPLIES, Limit, Reading
from ampacity.audit.loads import NodeLoad, SiteLoads
from ampacity.audit.scene import NORMAL, Scene, scenes
from ampacity.core.site import Rack


def supply_readings(loads: SiteLoads) -> Mapping[str, Reading]:
    """A reading for each node whose profile states its supplies, by node."""
    now = next(scenes(loads.site))
    racks = {rack.name: rack for rack in loads.site.racks}
    return {reading.limit.key[1]: reading for reading in _readings(loads.nodes, racks, now)}


def _readings(nodes: Mapping[str, NodeLoad], racks: Mapping[str, Rack], now: Scene) -> Iterator[Reading]:
    for name, node in nodes.items():
        if node.profile is not None and node.profile.supplies is not None:
            count, watts = node.profile.supplies
            alive = _alive(count, racks[node.rack], now)
            limit = Limit((SUPPLIES, name), f"node {name}", alive * watts)
            yield Reading(limit, NORMAL, node.load.power)


def _alive(count: int, rack: Rack, now: Scene) -> int:
    """Supplies with power: spread evenly over the rack's cords, those left over on the first ones."""
    each, over = divmod(count, len(rack.power))
    cords = [each + (place < over) for place in range(len(rack.power))]
    return sum(cords[carry.place] for carry in now.living(rack.power))
