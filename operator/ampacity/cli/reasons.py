"""What would have to change before a pod that waits could start: values only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ampacity.cli.over import loads_with
from ampacity.cli.show import LIMITS
from ampacity.core.draw import added
from ampacity.core.load import NOTHING, Load
from ampacity.core.plan import Grant, Plan, Reason, Refusal, SiteReason
from ampacity.core.ports import is_port
from ampacity.core.rows import RowKind, Shortfall, SiteRows
from ampacity.core.rows.shortfall import called
from ampacity.core.site import State
from ampacity.core.snapshot import NodeView, Snapshot, Waiter

REMEDIES: Mapping[Reason, str] = {
    Reason.NO_FREE_GPUS: "free GPUs on a node that matches, or add such a node",
    Reason.NO_MATCHING_NODE: "widen its selector, tolerations, accelerators or sites, or add such a node",
    Reason.NODE_RESOURCES: "ask for less, or free that resource on a node that matches",
    Reason.POD_RULES: "relax the affinity or spread rule, or add nodes that satisfy it",
    Reason.NOT_SURVIVING: "drop the type from mustSurvive, or feed racks from a second supplier of it",
    Reason.NOT_ALLOWED: "add a site that is allowed, or have what allows so little changed",
    Reason.NO_ENVELOPE: "apply a SitePowerEnvelope, or correct the one that is refused",
    Reason.UNKNOWN_DRAW: "ask for GPUs as a countable resource in the containers' limits",
    Reason.UNKNOWN_HARDWARE: "apply an AcceleratorProfile that matches these nodes",
}


@dataclass(frozen=True, slots=True)
class Short:
    """A limit that is short by `short` mW of `capacity`, in operation or if `failed` fails.

    `capacity` None: not a matter of more or less; `what` says it all.
    """

    what: str
    short: int
    capacity: int | None
    failed: State | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What one site would have to change. `limits`: every limit that is short for one more at `rack`."""

    site: str
    sentence: str
    rack: str = ""
    limits: tuple[Short, ...] = ()
    remedy: str = ""


def needs(snapshot: Snapshot, plan: Plan, refusal: Refusal) -> list[Need]:
    """Per site that was tried, the one that says the main sentence first."""
    sites = sorted(refusal.sites, key=lambda reason: f"{reason.site}: {reason.sentence}" != refusal.sentence)
    return [_need(snapshot, plan, refusal.waiter, reason) for reason in sites]


def _need(snapshot: Snapshot, plan: Plan, waiter: Waiter, reason: SiteReason) -> Need:
    short = reason.shortfall
    if short is None:
        return Need(reason.site, reason.sentence, remedy=REMEDIES.get(reason.reason, ""))
    limits = _shorts(snapshot, plan.grants, waiter, short) or [_of_row(short)]
    limits.sort(key=lambda found: -found.short)
    return Need(reason.site, reason.sentence, short.rack, tuple(limits))


def _shorts(
    snapshot: Snapshot, grants: Sequence[Grant], waiter: Waiter, short: Shortfall
) -> list[Short]:
    """Every limit that one more of these would exceed in that rack, each in its worst state."""
    load = _addition(snapshot, waiter, short)
    if load is None or short.row.kind in (RowKind.SUPPLIES, RowKind.SHARE, RowKind.REST):
        return []
    rows, loads = snapshot.sites[short.site].rows, loads_with(snapshot, short.site, grants)
    more = {**loads, short.rack: loads.get(short.rack, NOTHING) + load}
    return [*_shared(rows, loads, more), *_own(rows, loads, short.rack, load)]


def _shared(rows: SiteRows, before: Mapping[str, Load], after: Mapping[str, Load]) -> Iterator[Short]:
    """Domains and cooling units. Rows alone would not do: equal limits of two feeds are one row."""
    states = {state.name: state for state in rows.states}
    for old, new in zip(rows.describe(before), rows.describe(after), strict=True):
        if new.kind not in LIMITS or new.headroom >= min(0, old.headroom):
            continue
        failed = states.get(new.worst_state) if new.worst_reserved > new.reserved else None
        name = called(new.subject_type, new.subject)
        what = name if new.kind is RowKind.DOMAIN else f"cooling of {name}"
        yield Short(what, -new.headroom, new.capacity, failed)


def _own(rows: SiteRows, loads: Mapping[str, Load], rack: str, load: Load) -> Iterator[Short]:
    """The rack's own limits and cords, and cords above it."""
    usage = rows.usage(loads)
    worst: dict[tuple[RowKind, str], Shortfall] = {}
    for entry in rows.columns[rack]:
        more = entry.power * load.power + entry.air * load.air + entry.liquid * load.liquid
        over = int(usage[entry.row]) + more - int(rows.capacity[entry.row])
        row = rows.rows[entry.row]
        if more > 0 and over > 0 and row.kind not in LIMITS:
            found = rows.shortfall(rack, entry.row, over)
            known = worst.setdefault((row.kind, row.subject), found)
            worst[row.kind, row.subject] = max(known, found, key=lambda short: short.short)
    yield from map(_of_row, worst.values())


def _of_row(short: Shortfall) -> Short:
    row = short.row
    if row.kind is RowKind.OUT:
        return Short(f"it is out of service: bring its {row.subject_type} back", short.short, None)
    failed = None if row.state.normal else row.state
    return Short(short.limit(), short.short, row.capacity, failed)


def _addition(snapshot: Snapshot, waiter: Waiter, short: Shortfall) -> Load | None:
    """The least that one more of these would add on a node of that rack; None if no node takes it."""
    units = waiter.shape.gpu_units
    loads = [
        added(node.draw, node.units, units)
        for node in snapshot.nodes
        if (node.site, node.rack) == (short.site, short.rack) and _takes(node, units) and node.draw
    ]
    return min(loads, key=lambda load: load.power, default=None)


def _takes(node: NodeView, units: int) -> bool:
    free = max((count for name, count in node.free.extended if not is_port(name)), default=0)
    return node.admits and node.draw is not None and free >= units
