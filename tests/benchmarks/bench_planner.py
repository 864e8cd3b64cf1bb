"""Planning on the power model's hall: 1,250 racks, A/B feeds with cord limits, 8 servers of 10 GPUs a rack.

"From empty" grants every one of the 100,000 GPUs. "Half full" has five GPUs of each server in use and 1,000
pods waiting: equal ones, and a mix of shapes and priorities. "Short of power" has more pods than the coolant
loops carry, so that some wait with their sentence. Growth multiplies halls (one site each) and pods.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from ampacity.core.load import NodeDraw
from ampacity.core.placement import plan
from ampacity.core.rows import SiteRows, build
from ampacity.core.snapshot import NodeView, SiteView, Snapshot, Waiter
from tests.benchmarks.measure import Measurement, milliseconds
from tests.builders.fleet import draw, node, shape, waiters
from tests.builders.power import hall as one_hall
from tests.builders.power import hall_contents, kw

SERVERS, GPUS = 8, 10  # 10,000 servers in 1,250 racks; together 100,000 GPUs
HALF_FULL_LIMIT, EMPTY_LIMIT = 50.0, 1000.0
MIX = ((1, 0, 0.5), (2, 10, 0.25), (4, 0, 0.15), (5, 10, 0.1))  # GPUs, priority, part of the pods


@dataclass(frozen=True, slots=True)
class Hall:
    """The rows of a hall of some blocks (125 racks each) and the draw of its servers."""

    rows: SiteRows
    server: NodeDraw

    def snapshot(self, used: int, waiting: tuple[Waiter, ...], halls: int = 1) -> Snapshot:
        """As many equal sites, every server with `used` GPUs in use."""
        names = [f"hall-{number}" for number in range(halls)]
        nodes = [view for name in names for view in self._nodes(name, used)]
        return Snapshot({name: SiteView(self.rows) for name in names}, tuple(nodes), waiting)

    def _nodes(self, site: str, used: int) -> list[NodeView]:
        return [
            node(f"{site}-{rack}-{number}", rack, site=site, used=used, draw=self.server, profile="l40s-10")
            for rack in self.rows.rack_index
            for number in range(SERVERS)
        ]


def run(quick: bool) -> list[Measurement]:
    """All figures; `quick` plans 125 racks once."""
    blocks, growths, repeats = (1, (2,), 1) if quick else (10, (2, 4, 8), 7)
    hall = _hall(blocks)
    base = _half_full(hall, blocks, repeats, limit=HALF_FULL_LIMIT)
    return [
        *_from_empty(hall, blocks, min(repeats, 5)),
        base,
        _mixed(hall, blocks, repeats),
        _short_of_power(blocks, min(repeats, 3)),
        *(_grown(hall, blocks, times, repeats, base) for times in growths),
    ]


def _hall(blocks: int, idle: float = 0.9, gpu: float = 0.35) -> Hall:
    """`idle` and `gpu` in kW."""
    site = one_hall(blocks)
    return Hall(build(site, hall_contents(site)), draw(GPUS, kw(idle), kw(gpu)))


def _measured(name: str, snapshot: Snapshot, repeats: int, limit: float | None, least: int) -> Measurement:
    """`least`: grants without which the figure would be about something else."""
    subject = partial(plan, snapshot)
    granted = len(subject().grants)
    if granted < least:
        raise RuntimeError(f"{name}: {granted} granted, at least {least} expected")
    return Measurement(name, milliseconds(subject, repeats), "ms", limit=limit, subject=subject)


def _from_empty(hall: Hall, blocks: int, repeats: int) -> list[Measurement]:
    gpus = 125 * blocks * SERVERS * GPUS
    found = []
    for size in (1, 2, GPUS):
        pods = gpus // size
        snapshot = hall.snapshot(0, waiters(pods, shape(size)))
        name = f"planner: {gpus:,} GPUs from empty, {pods:,} pods of {size}"
        found.append(_measured(name, snapshot, repeats, EMPTY_LIMIT, pods))
    return found


def _half_full(
    hall: Hall, blocks: int, repeats: int, halls: int = 1, limit: float | None = None
) -> Measurement:
    pods, servers = 100 * blocks * halls, 125 * blocks * SERVERS * halls
    name = f"planner: {pods:,} equal pods, {servers:,} half-full servers"
    return _measured(name, hall.snapshot(GPUS // 2, waiters(pods, shape(1)), halls), repeats, limit, pods)


def _mixed(hall: Hall, blocks: int, repeats: int) -> Measurement:
    pods = 100 * blocks
    waiting = [
        waiter
        for gpus, priority, part in MIX
        for waiter in waiters(int(pods * part), shape(gpus), name=f"g{gpus}-", priority=priority)
    ]
    name = f"planner: {pods:,} mixed pods, {125 * blocks * SERVERS:,} half-full servers"
    return _measured(name, hall.snapshot(GPUS // 2, tuple(waiting)), repeats, HALF_FULL_LIMIT, pods)


def _short_of_power(blocks: int, repeats: int) -> Measurement:
    pods = 1200 * blocks
    snapshot = _hall(blocks, idle=2, gpu=1).snapshot(2, waiters(pods, shape(1)))
    decided = plan(snapshot)
    name = f"planner: {pods:,} equal pods, short of power: {len(decided.refusals):,} wait"
    return _measured(name, snapshot, repeats, None, 1)


def _grown(hall: Hall, blocks: int, times: int, repeats: int, base: Measurement) -> Measurement:
    grown = _half_full(hall, blocks, min(repeats, 3), times)
    return Measurement(grown.name, grown.value, "ms", base.name, grown.value / base.value)
