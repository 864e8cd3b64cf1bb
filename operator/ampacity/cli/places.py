"""Where a placed pod is, what carries it, and what each failure would do to it: values only."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ampacity.cli.render.racks import LimitPicture
from ampacity.cli.show import LIMITS, declared_out, limit_picture, lost_now
from ampacity.core.load import Load
from ampacity.core.rows import RowKind, SiteRows
from ampacity.core.site import Edge, Site, State
from ampacity.core.snapshot import Snapshot
from ampacity.translate.records import PodRecord

_UNKNOWN = "what its node draws is not known, since there is no AcceleratorProfile"


@dataclass(frozen=True, slots=True)
class Place:
    """A placed pod: where, on what, what it draws at most, and what carries it.

    `reserved`: by its annotation, None for a pod that nobody granted. `lost_now`: what its rack lacks
    at present; `slow_now`: it has too few live power supplies at present. `out`: what is declared out of
    service at its site, `relaxed`: so that no further failure has to hold. `unknown`: nobody knows what
    its node draws, so nothing can be said of failures. `failures`: how many have to be survived;
    `lost`, `throttled`: those that take its rack down or slow it.
    """

    node: str
    site: str
    rack: str
    profile: str
    reserved: Load | None
    generation: int | None
    doubt: str = ""
    unknown: bool = False
    lost_now: str = ""
    slow_now: bool = False
    out: tuple[str, ...] = ()
    relaxed: bool = False
    failures: int = 0
    limits: tuple[LimitPicture, ...] = ()
    lost: tuple[State, ...] = ()
    throttled: tuple[State, ...] = ()


def place(snapshot: Snapshot, pod: PodRecord, unknown: bool = False) -> Place | None:
    """Where a pod is; None if its node is not in the cluster. `unknown`: nobody knows what nodes draw."""
    node = next((node for node in snapshot.nodes if node.name == pod.node), None)
    if node is None:
        return None
    found = Place(
        node=node.name,
        site=node.site,
        rack=node.rack or "",
        profile=node.profile,
        reserved=pod.reservation.load if pod.reservation else None,
        generation=pod.reservation.generation if pod.reservation else None,
        doubt=pod.doubt or (_UNKNOWN if unknown else "" if node.admits else node.why_not),
        unknown=unknown,
    )
    return _carried(found, snapshot, unknown) if found.rack and node.site in snapshot.sites else found


def _carried(place: Place, snapshot: Snapshot, unknown: bool) -> Place:
    rows = snapshot.sites[place.site].rows
    effects = rows.failures()
    failures = [effect for effect in effects if not effect.state.normal]
    out = declared_out(rows.site)
    return replace(
        place,
        limits=tuple(_limits(rows, snapshot, place, unknown)),
        lost_now=lost_now(rows).get(place.rack, ""),
        slow_now=any(effect.state.normal and place.rack in effect.throttled for effect in effects),
        out=tuple(out),
        relaxed=bool(out) and not rows.site.keep_redundancy,
        failures=len(failures),
        lost=tuple(failure.state for failure in failures if place.rack in failure.lost),
        throttled=tuple(failure.state for failure in failures if place.rack in failure.throttled),
    )


def _limits(rows: SiteRows, snapshot: Snapshot, place: Place, unknown: bool) -> list[LimitPicture]:
    upstream = _upstream(rows.site, place.rack)
    return [
        limit_picture(status, rows, unknown)
        for status in rows.describe(snapshot.rack_loads(place.site))
        if (status.kind in LIMITS and status.subject in upstream)
        or (status.kind is RowKind.RACK and status.subject == place.rack)
    ]


def _upstream(site: Site, name: str) -> frozenset[str]:
    """Everything that carries a rack or takes its heat, up to the meters."""
    feeds: dict[str, tuple[Edge, ...]] = {domain.name: domain.suppliers for domain in site.domains}
    feeds |= {unit.name: unit.power for unit in site.cooling}
    rack = next(rack for rack in site.racks if rack.name == name)
    queue = [edge.supplier for edge in (*rack.power, *rack.liquid, *rack.air)]
    found: set[str] = set()
    while queue:
        supplier = queue.pop()
        if supplier not in found:
            found.add(supplier)
            queue += [edge.supplier for edge in feeds[supplier]]
    return frozenset(found)
