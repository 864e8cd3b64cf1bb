"""Placements as decisions: grants and refusals, each in the order of the waiters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ampacity.core.placement.explain import Explainer
from ampacity.core.placement.floor import Floor
from ampacity.core.placement.greedy import Filled
from ampacity.core.placement.held import Kept
from ampacity.core.plan import Grant, Plan, Refusal
from ampacity.core.snapshot import Snapshot, Waiter


def decisions(
    snapshot: Snapshot, floor: Floor, kept: Sequence[Kept], filled: Sequence[Filled], explainer: Explainer
) -> Plan:
    """The plan. Whoever holds a place and is not among `kept` has lost it."""
    generations = {name: view.rows.site.generation for name, view in snapshot.sites.items()}
    held = [_grant(floor, generations, one.waiter, one.node, one.busy, held=True) for one in kept]
    return Plan(
        grants=(*held, *_grants(floor, generations, filled)),
        refusals=tuple(_refusals(explainer, filled)),
        released=tuple([waiter for one in filled for waiter in one.run.waiters if waiter.hold is not None]),
    )


def _grants(floor: Floor, generations: Mapping[str, int], filled: Iterable[Filled]) -> Iterator[Grant]:
    for one in filled:
        for waiter, place in zip(one.run.waiters, one.places, strict=False):
            yield _grant(floor, generations, waiter, place.node, place.busy)


def _grant(
    floor: Floor, generations: Mapping[str, int], waiter: Waiter, node: int, busy: int, held: bool = False
) -> Grant:
    view = floor.columns.views[node]
    assert view.rack is not None  # a node without a rack is never usable
    load, generation = floor.load(node, busy), generations[view.site]
    return Grant(waiter, view.name, view.site, view.rack, view.profile, load, generation, held)


def _refusals(explainer: Explainer, filled: Iterable[Filled]) -> Iterator[Refusal]:
    for one in filled:
        for waiter in one.run.waiters[len(one.places) :]:
            yield explainer.refusal(waiter, one.run.demand)
