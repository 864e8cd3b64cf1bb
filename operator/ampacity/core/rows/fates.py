"""What becomes of each rack in each state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ampacity.core.rows.model import RackContents
from ampacity.core.rows.sources import EMPTY, Sources, Walks
from ampacity.core.rows.states import Situation, outcome, throttled
from ampacity.core.site import Outcome, Rack


@dataclass(frozen=True, slots=True)
class _Group:
    """Racks of one kind with equal contents and shelves: they share every fate."""

    kind: int
    contents: RackContents
    shelves: tuple[int, int]


def outcomes(racks: Sequence[Rack], contents: Mapping[str, RackContents], sources: Sources, walks: Walks,
             states: Sequence[Situation]) -> dict[str, dict[str, Outcome]]:
    """Per state name the racks that do not survive it, in the site's order.

    A group is judged again only in states that reach its kind; elsewhere it fares as in normal operation.
    """
    groups, by_kind = _groups(racks, contents, sources)
    usual: dict[_Group, Outcome] | None = None
    found: dict[str, dict[str, Outcome]] = {}
    for situation, state in zip(walks.by_state, states, strict=True):
        here = dict(usual or {})
        for kind in situation.keys() & by_kind.keys():
            for group in by_kind[kind]:
                is_throttled = throttled(
                    group.contents, group.shelves, sources.all[kind].power.live(state.dead))
                here[group] = outcome(situation[kind].lost, is_throttled)
        failing: dict[_Group, Outcome] = {
            group: fate for group, fate in here.items() if fate is not Outcome.SURVIVES}
        usual = failing if usual is None else usual
        ranked = sorted((index, fate) for group, fate in failing.items() for index in groups[group])
        found[state.state.name] = {racks[index].name: fate for index, fate in ranked}
    return found


def _groups(racks: Sequence[Rack], contents: Mapping[str, RackContents], sources: Sources,
            ) -> tuple[Mapping[_Group, list[int]], Mapping[int, list[_Group]]]:
    members: dict[_Group, list[int]] = defaultdict(list)
    for index, (rack, kind) in enumerate(zip(racks, sources.of_rack, strict=True)):
        shelves = (rack.shelves.count, rack.shelves.watts) if rack.shelves else (0, 0)
        members[_Group(kind, contents.get(rack.name, EMPTY), shelves)].append(index)
    by_kind: dict[int, list[_Group]] = defaultdict(list)
    for group in members:
        by_kind[group.kind].append(group)
    return members, by_kind
