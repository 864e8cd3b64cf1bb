"""Random halls that keep shares of their power for classes of work, with pods of all classes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from ampacity.core.site import Share, Site
from ampacity.core.snapshot import NodeView, Snapshot, Waiter
from ampacity.core.workload import Workload
from tests.builders.fleet import shape, snapshot, waiter
from tests.builders.power import kw
from tests.properties.placement.halls import fleets, halls, shared

CLASSES: tuple[Workload | None, ...] = (*Workload, None)


@st.composite
def shares(pick: st.DrawFn) -> tuple[Share, ...]:
    """What an envelope may say: for some classes at least, at most, or both."""
    stated = []
    for kind in pick(st.lists(st.sampled_from(list(Workload)), min_size=1, max_size=3, unique=True)):
        least = pick(st.sampled_from([0, kw(pick(st.integers(1, 25)))]))
        more = pick(st.none() | st.integers(0, 40))
        if least or more is not None:
            stated.append(Share(kind, least, None if more is None else least + kw(more)))
    return tuple(stated)


@st.composite
def working(pick: st.DrawFn, node: NodeView) -> NodeView:
    """The node with its units in use dealt out to classes, unknown ones among them."""
    work: dict[Workload | None, int] = {}
    for _ in range(node.units):
        kind = pick(st.sampled_from(CLASSES))
        work[kind] = work.get(kind, 0) + 1
    return replace(node, work=tuple(work.items()))


@st.composite
def mixed_work(pick: st.DrawFn) -> Snapshot:
    """Pods of all classes and several sizes on a hall with shares, in any order of age and priority."""
    hall: Site = replace(pick(halls()), shares=pick(shares()))
    bare = pick(shared(hall)) if pick(st.integers(0, 3)) == 0 else pick(fleets(hall))
    nodes = tuple([pick(working(node)) for node in bare])
    sizes = [1] if any("slices" in node.labels for node in bare) else [1, 1, 2, 4, 8]
    waiting: list[Waiter] = []
    for number in range(pick(st.integers(1, 40))):
        asks = shape(pick(st.sampled_from(sizes)), workload=pick(st.sampled_from(list(Workload))))
        priority = pick(st.sampled_from([0, 0, 5]))
        waiting.append(waiter(f"p{number:02}", asks, priority=priority, since=number))
    return snapshot(nodes, waiting, hall)
