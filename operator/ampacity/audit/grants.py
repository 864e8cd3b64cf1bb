"""Grants against limits: walks the load of each grant's moment, many grants at a time where none is at fault.

Grants that follow one another on the same knowledge and the same envelope are
first judged as one span that holds everything which was ever there in it. Only
if that exceeds a limit which the grants add to is the span halved, down to the
one grant at fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ampacity.audit.facts import PodFacts
from ampacity.audit.limits import Key, Reading
from ampacity.audit.loads import SiteLoads, site_loads
from ampacity.audit.residency import outside
from ampacity.audit.scene import scenes
from ampacity.audit.shares import share_readings
from ampacity.audit.supplies import supply_readings
from ampacity.audit.timeline import Clock
from ampacity.audit.verdict import Fault, Finding
from ampacity.audit.walk import exceeded, walk
from ampacity.audit.world import Span, World
from ampacity.core.site import Site


class _Fault(NamedTuple):
    pod: PodFacts
    fault: Fault
    sentence: str


@dataclass(frozen=True, slots=True)
class Grant:
    """A pod as it was granted. `known`: the version up to which the grant had to know everything."""

    pod: PodFacts
    known: int


class GrantJudge:
    """Takes grants in order of version and judges them in groups."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: list[Grant] = []

    def add(self, grant: Grant) -> None:
        """One more grant, to be judged with the next call of `findings`."""
        self._waiting.append(grant)

    def findings(self, clock: Clock) -> list[Finding]:
        """Judge all that was added since the last call."""
        grants, self._waiting = self._waiting, []
        faults = [fault for site, group in self._groups(grants) for fault in self._judge_group(site, group)]
        return [
            Finding(fault, pod.version, clock.time_of(pod.version), f"pod {pod.name}", sentence)
            for pod, fault, sentence in faults
        ]

    def _groups(self, grants: Sequence[Grant]) -> Iterator[tuple[Site | None, list[Grant]]]:
        """Grants on equal knowledge for one site, with the envelope that they had to keep."""
        groups: dict[tuple[int, str, int], list[Grant]] = {}
        for grant in grants:
            reservation = grant.pod.reservation
            if reservation is not None:
                key = (grant.known, reservation.site, reservation.generation)
                groups.setdefault(key, []).append(grant)
        for (_, name, generation), group in groups.items():
            yield self._world.in_force(name, _span(group), generation), group

    def _judge_group(self, site: Site | None, grants: Sequence[Grant]) -> Iterator[_Fault]:
        if site is None:
            for grant in grants:
                yield _Fault(grant.pod, Fault.NOWHERE, f"{_granted(grant)}, where no envelope was in force")
            return
        loads = site_loads(self._world, site, _span(grants))
        lost = _lost_now(loads)
        for grant in grants:
            if what := self._outside(grant, site):
                yield _Fault(grant.pod, Fault.OUTSIDE, f"{_granted(grant)}, {what}")
            node = loads.nodes.get(grant.pod.node)
            if node is None or node.profile is None or grant.pod.node in loads.unplaced:
                yield _Fault(grant.pod, Fault.NOWHERE, f"{_granted(grant)}, a node without rack or profile")
            elif node.rack in lost:
                what = f"whose rack {node.rack} has no live power or cooling"
                yield _Fault(grant.pod, Fault.NOWHERE, f"{_granted(grant)}, {what}")
            elif failing := _not_survived(grant, node.rack, loads):
                what = f"whose rack {node.rack} does not survive the failure of {failing}"
                yield _Fault(grant.pod, Fault.NOWHERE, f"{_granted(grant)}, {what}")
        for grant, worst in self._search(site, grants, loads, set()):
            yield _Fault(grant.pod, Fault.EXCEEDED, f"{_granted(grant)}; with it, {worst.sentence()}")

    def _outside(self, grant: Grant, site: Site) -> str:
        namespace = grant.pod.name.partition("/")[0]
        held = self._world.namespaces[namespace].during(grant.known, grant.pod.version)
        return outside(held, site)

    def _search(
        self, site: Site, grants: Sequence[Grant], loads: SiteLoads, told: set[Key]
    ) -> Iterator[tuple[Grant, Reading]]:
        """Each limit that these grants took over its capacity, with the first grant that did."""
        added = self._added(site, grants, loads)
        new = {key: reading for key, reading in added.items() if key not in told}
        if len(grants) == 1:
            told.update(new)
            yield from ((grants[0], reading) for reading in new.values())
        elif new:
            half = len(grants) // 2
            for part in (grants[:half], grants[half:]):
                yield from self._search(site, part, site_loads(self._world, site, _span(part)), told)

    def _added(self, site: Site, grants: Sequence[Grant], loads: SiteLoads) -> Mapping[Key, Reading]:
        """The worst reading of each limit that is exceeded and that these grants add to."""
        supplies = supply_readings(loads)
        starved = [r for g in grants if (r := supplies.get(g.pod.node)) and r.over]
        over = (
            *exceeded(loads.site, loads.by_rack, loads.on_air),
            *(reading for reading in share_readings(loads) if reading.over),
        )
        if not over and not starved:
            return {}
        pods = frozenset(grant.pod.uid for grant in grants)
        less = site_loads(self._world, site, _span(grants), without=pods)
        readings = (*walk(less.site, less.by_rack, less.on_air), *share_readings(less))
        before = {(r.limit.key, r.state): r.load for r in readings}
        added = [reading for reading in over if reading.load > before[reading.limit.key, reading.state]]
        return {reading.limit.key: reading for reading in (*sorted(added, key=lambda r: r.load), *starved)}


def _lost_now(loads: SiteLoads) -> frozenset[str]:
    """Racks that what is declared out of service has taken down."""
    now = next(scenes(loads.site))
    return frozenset(rack.name for rack in loads.site.racks if now.loses(rack, rack.name in loads.on_air))


def _not_survived(grant: Grant, rack: str, loads: SiteLoads) -> str:
    """The first failure that the pod must survive and that takes its rack down; "" if there is none."""
    racks = {one.name: one for one in loads.site.racks}
    for scene in scenes(loads.site) if grant.pod.survives else ():
        if scene.state.failed_type in grant.pod.survives and scene.loses(racks[rack], rack in loads.on_air):
            return f"{scene.state.failed_type} {scene.state.name}"
    return ""


def _span(grants: Sequence[Grant]) -> Span:
    return Span(grants[0].known, grants[0].pod.version, grants[-1].pod.version)


def _granted(grant: Grant) -> str:
    reservation = grant.pod.reservation
    return f"granted {grant.pod.node}" + (f" of {reservation.site}" if reservation else "")
