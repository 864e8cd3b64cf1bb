"""Nodes as columns: one array per attribute, so that a check costs one pass over the fleet.

Nodes are ordered by site, rack, kind of draw and name, whatever order they came in. Neighbours of one
rack and one kind of draw form a *bay*: all its nodes load the same rows alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
import numpy.typing as npt

from ampacity.core.load import Load, NodeDraw
from ampacity.core.ports import amount_of, offered
from ampacity.core.rows import ShareRow
from ampacity.core.snapshot import NodeView, Resources, Shape, Snapshot

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

PODS = "pods"
_EXTENDED: Callable[[Resources], tuple[tuple[str, int], ...]] = attrgetter("extended")
_PLAIN: dict[str, Callable[[Resources], int]] = {
    PODS: attrgetter("pods"),
    "cpu": attrgetter("cpu_milli"),
    "memory": attrgetter("memory"),
    "ephemeral-storage": attrgetter("ephemeral"),
}


def parts(load: Load) -> tuple[int, int, int]:
    """A load as a vector in the order of a row's coefficients."""
    return load.power, load.air, load.liquid


def amount(resources: Resources, name: str) -> int:
    """How much a node has, or has left, of a resource."""
    read = _PLAIN.get(name)
    return read(resources) if read is not None else amount_of(resources, name)


def asked(requests: Resources) -> dict[str, int]:
    """What a pod asks of a node by resource name, zeros left out (they are never checked)."""
    amounts = {name: read(requests) for name, read in _PLAIN.items()}
    return {name: amount for name, amount in (amounts | dict(requests.extended)).items() if amount > 0}


@dataclass(frozen=True, slots=True)
class Columns:
    """The fleet's nodes, n of them, in planning order.

    `free`: [n, resources], of the resources that waiting pods ask for. `site`, `rack`, `draw` and `bay`
    are numbers (-1: none); racks count on over all sites. `per_gpu`: [draws, 3] mW (power, air, liquid).
    `usable`: admits, stands in a rack of an accepted envelope, and its draw is known. `shares`: each
    kind of share row that some site has, once.
    """

    views: tuple[NodeView, ...]
    sites: tuple[str, ...]
    profiles: tuple[str, ...]
    draws: tuple[NodeDraw, ...]
    resources: tuple[str, ...]
    site: Ints
    rack: Ints
    draw: Ints
    profile: Ints
    usable: Mask
    units: Ints
    free: Ints
    per_gpu: Ints
    gpus: Ints
    rack_base: tuple[int, ...]
    bay: Ints
    bay_start: Ints
    bay_rack: Ints
    bay_draw: Ints
    shares: tuple[ShareRow, ...]

    def site_span(self, site: str) -> slice:
        """The nodes of a site, which are neighbours."""
        number = self.sites.index(site)
        return slice(*np.searchsorted(self.site, (number, number + 1)).tolist())


def read_columns(snapshot: Snapshot, shapes: Iterable[Shape]) -> Columns:
    """Columns of every node of the snapshot; resources limited to what `shapes` ask for."""
    resources = tuple(sorted({name for shape in shapes for name in asked(shape.requests)} | {PODS}))
    views = sorted(snapshot.nodes, key=attrgetter("name"))
    sites = tuple(sorted(set(map(attrgetter("site"), views)) | set(snapshot.sites)))
    site = _coded(views, "site", sites)
    rack, rack_base = _racks(snapshot, views, sites)
    draw, draws = _draws(views)
    order = np.lexsort((draw, rack, site))
    views = [views[i] for i in order.tolist()]
    site, rack, draw = site[order], rack[order], draw[order]
    profiles = tuple(sorted(set(map(attrgetter("profile"), views))))
    bay, bay_start = _bays(site, rack, draw)
    return Columns(
        tuple(views), sites, profiles, draws, resources, site, rack, draw,
        profile=_coded(views, "profile", profiles),
        usable=_usable(snapshot, views, sites, site) & (bay >= 0),
        units=_ints(map(attrgetter("units"), views), len(views)),
        free=_free(views, resources),
        per_gpu=np.array([parts(one.per_gpu) for one in draws], np.int64).reshape(-1, 3),
        gpus=np.array([one.gpus for one in draws], np.int64),
        rack_base=rack_base,
        bay=bay,
        bay_start=bay_start,
        bay_rack=rack[bay_start],
        bay_draw=draw[bay_start],
        shares=_shares(snapshot),
    )


def _shares(snapshot: Snapshot) -> tuple[ShareRow, ...]:
    rows = [row for name in sorted(snapshot.sites) for row in snapshot.sites[name].rows.shares]
    return tuple({row.key: row for row in rows}.values())


def _usable(snapshot: Snapshot, views: list[NodeView], sites: tuple[str, ...], site: Ints) -> Mask:
    """Nodes that admit pods, at sites that do."""
    admits = np.fromiter(map(attrgetter("admits"), views), np.bool_, len(views))
    known = [name in snapshot.sites and snapshot.sites[name].admits for name in sites]
    usable: Mask = admits & np.array(known, np.bool_)[site]
    return usable


def _ints(values: Iterable[int], count: int) -> Ints:
    return np.fromiter(values, np.int64, count)


def _coded(views: list[NodeView], attribute: str, names: tuple[str, ...]) -> Ints:
    numbers = {name: number for number, name in enumerate(names)}
    return _ints(map(numbers.__getitem__, map(attrgetter(attribute), views)), len(views))


def _racks(
    snapshot: Snapshot, views: list[NodeView], sites: tuple[str, ...]
) -> tuple[Ints, tuple[int, ...]]:
    """Each node's rack number, and where each site's racks begin among them (and one past the last)."""
    numbers: dict[str, dict[str | None, int]] = {}
    bases = [0]
    for site in sites:
        known = snapshot.sites[site].rows.rack_index if site in snapshot.sites else {}
        numbers[site] = {rack: bases[-1] + number for rack, number in known.items()}
        bases.append(bases[-1] + len(known))
    places = zip(map(attrgetter("site"), views), map(attrgetter("rack"), views), strict=True)
    return _ints((numbers[site].get(rack, -1) for site, rack in places), len(views)), tuple(bases)


def _draws(views: list[NodeView]) -> tuple[Ints, tuple[NodeDraw, ...]]:
    """Equal draws get one number, in order of first use; most nodes share a few objects."""
    draws = list(map(attrgetter("draw"), views))
    numbers: dict[NodeDraw, int] = {}
    codes = {
        key: -1 if draw is None else numbers.setdefault(draw, len(numbers))
        for key, draw in dict(zip(map(id, draws), draws, strict=True)).items()
    }
    return _ints(map(codes.__getitem__, map(id, draws)), len(views)), tuple(numbers)


def _bays(site: Ints, rack: Ints, draw: Ints) -> tuple[Ints, Ints]:
    """Each node's bay (-1 where rack or draw is unknown) and the first node of each bay."""
    known = (rack >= 0) & (draw >= 0)
    change = np.ones(len(rack), np.bool_)
    change[1:] = (np.diff(rack) != 0) | (np.diff(draw) != 0) | (np.diff(site) != 0)
    first = change & known
    return np.where(known, np.cumsum(first) - 1, -1), np.flatnonzero(first)


def _free(views: list[NodeView], resources: tuple[str, ...]) -> Ints:
    offers = list(map(attrgetter("free"), views))
    kinds: dict[tuple[tuple[str, int], ...], int] = {}
    kind = _ints((kinds.setdefault(entry, len(kinds)) for entry in map(_EXTENDED, offers)), len(views))
    amounts = [dict(entry) for entry in kinds]
    free = np.empty((len(views), len(resources)), np.int64)
    for number, name in enumerate(resources):
        if name in _PLAIN:
            free[:, number] = _ints(map(_PLAIN[name], offers), len(views))
        else:
            free[:, number] = np.array([entry.get(name, offered(name)) for entry in amounts], np.int64)[kind]
    return free
