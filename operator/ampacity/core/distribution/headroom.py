"""How much more load a site's nodes could take, all limits of all states observed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ampacity.core.load import NOTHING, Load
from ampacity.core.rows import SiteRows
from ampacity.core.snapshot import Snapshot


def site_headroom(snapshot: Snapshot) -> dict[str, int]:
    """Per site, mW its admitting nodes could draw more.

    Racks are filled one after the other, each in proportion to what its idle
    GPUs would draw, until a row is full: a reachable figure, so never more
    than the site has. A site that admits nothing has none.
    """
    wanted = _idle_load(snapshot)
    charged = _charged(snapshot)
    return {
        name: _fill(view.rows, charged.get(name, {}), wanted.get(name, {})) if view.admits else 0
        for name, view in snapshot.sites.items()
    }


def _idle_load(snapshot: Snapshot) -> dict[str, dict[str, Load]]:
    """Per site and rack: what the idle GPUs of nodes that admit pods would add."""
    loads: dict[str, dict[str, Load]] = {}
    for node in snapshot.nodes:
        if node.admits and node.rack is not None and node.draw is not None:
            idle = max(0, node.draw.gpus - node.units)
            racks = loads.setdefault(node.site, {})
            racks[node.rack] = racks.get(node.rack, NOTHING) + node.draw.per_gpu * idle
    return loads


def _charged(snapshot: Snapshot) -> dict[str, dict[str, Load]]:
    loads = {name: dict(view.unlisted) for name, view in snapshot.sites.items()}
    for node in snapshot.nodes:
        if node.rack is not None and node.site in loads:
            racks = loads[node.site]
            racks[node.rack] = racks.get(node.rack, NOTHING) + node.load
    return loads


def _fill(rows: SiteRows, charged: Mapping[str, Load], wanted: Mapping[str, Load]) -> int:
    left = rows.capacity - rows.usage(charged)
    total = 0
    for rack in sorted(wanted):
        index, load = rows.rack_index.get(rack), wanted[rack]
        if index is None or not load.power:
            continue
        touched = slice(int(rows.indptr[index]), int(rows.indptr[index + 1]))
        numbers = rows.entry_rows[touched]
        need = rows.entry_coefs[touched] @ np.array([load.power, load.air, load.liquid], np.int64)
        part = _part(left[numbers].tolist(), need.tolist(), load.power)
        left[numbers] -= (need // load.power + 1) * part
        total += part
    return total


def _part(left: list[int], need: list[int], power: int) -> int:
    """mW of `power` that every row can take when it takes `need` for all of it."""
    rooms = [max(0, room) * power // size for room, size in zip(left, need, strict=True) if size > 0]
    return min(power, *rooms) if rooms else power
