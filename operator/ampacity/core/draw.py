"""What a node draws in the rack it stands in, from nameplate figures; every figure rounded up.

Draw = idle + host + busy GPUs * (maximum - idle - host) / physical GPUs. `host`
is what CPU work can add; it is charged at once, because nothing tells when it
comes, unless ordinary pods are kept off the node. Heat equals draw: in a rack
with a loop the part into air grows from `air_idle` to `air_maximum` as draw
grows from idle to maximum (fans and memory hardly vary) and the rest goes to
the loop; in an air rack all of it goes into air.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from ampacity.core.load import Load, NodeDraw, Supplies
from ampacity.core.units import MAX_POWER


@dataclass(frozen=True, slots=True)
class NodeFigures:
    """Nameplate of one server or tray, mW: `gpus` physical GPUs, air parts idle and at maximum."""

    gpus: int
    idle: int
    host: int
    maximum: int
    air_idle: int
    air_maximum: int
    supplies: Supplies | None = None


def node_draw(figures: NodeFigures, *, liquid: bool, host_charged: bool = True) -> NodeDraw:
    """Figures split for the rack's cooling (`liquid`: it has a loop).

    Figures that contradict each other are read so that more counts: what idle
    and host exceed the maximum by raises the maximum.
    """
    fixed = figures.idle + (figures.host if host_charged else 0)
    maximum = max(figures.maximum, figures.idle + figures.host)
    step = Fraction(maximum - fixed, max(1, figures.gpus))
    air_fixed, air_most = (_air(figures, power, maximum, liquid) for power in (fixed, maximum))
    air_step = (air_most - air_fixed) / max(1, figures.gpus)
    base = _load(fixed, air_fixed, fixed - air_fixed)
    return NodeDraw(
        gpus=figures.gpus,
        fixed=base,
        per_gpu=_load(step, max(air_step, Fraction(0)), max(step - air_step, Fraction(0))),
        maximum=_load(maximum, air_most, maximum - air_most).join(base),
        supplies=figures.supplies,
    )


def with_gpus(figures: NodeFigures, gpus: int) -> NodeFigures:
    """The figures for a node that has `gpus` physical GPUs where its profile says otherwise.

    Fewer: the same maximum is reached with fewer busy GPUs (the rest of the server
    is still there). More: as many such servers as it takes to hold them, up to
    a figure that no site carries, so that sums stay within 64 bits.
    """
    if gpus <= figures.gpus:
        return replace(figures, gpus=max(1, gpus))
    times = -(-gpus // max(1, figures.gpus))
    idle, host, maximum, air_idle, air_maximum = (
        min(power * times, MAX_POWER)
        for power in (figures.idle, figures.host, figures.maximum, figures.air_idle, figures.air_maximum)
    )
    return NodeFigures(gpus, idle, host, maximum, air_idle, air_maximum, figures.supplies)


def added(draw: NodeDraw, units: int, more: int) -> Load:
    """What `more` GPU units add to a node with `units` in use.

    On a shared GPU (MIG, time-slicing) each sharer counts as one busy GPU until
    all physical GPUs are busy; further units then add nothing.
    """
    return draw.at(units + more) - draw.at(units)


def _air(figures: NodeFigures, power: int, maximum: int, liquid: bool) -> Fraction:
    """Heat into air at `power`, exactly: between air_idle at idle and air_maximum at maximum."""
    if not liquid:
        return Fraction(power)
    low, high = min(figures.air_idle, figures.idle), min(figures.air_maximum, maximum)
    if maximum == figures.idle:
        return Fraction(max(low, high))
    return low + Fraction(high - low) * (power - figures.idle) / (maximum - figures.idle)


def _load(power: Fraction | int, air: Fraction | int, liquid: Fraction | int) -> Load:
    return Load(ceil(power), ceil(air), ceil(liquid))
