"""What a node is and what it draws, from the profiles: for planning and, in doubt, at the worst.

Hardware that no profile knows admits nothing, and counts as the largest server
that is known: part by part, so that neither its power nor the heat in either
medium can turn out larger than that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from ampacity.core.draw import node_draw
from ampacity.core.load import NOTHING, Load, NodeDraw, Supplies
from ampacity.core.site import Rack
from ampacity.core.snapshot import Taint
from ampacity.core.units import format_power
from ampacity.translate.profiles.matching import Matcher
from ampacity.translate.profiles.profile import node_figures
from ampacity.translate.records import NodeRecord, Profile

_NO_PROFILES = Load(15_500_000, 15_500_000, 15_500_000)
"""What a server counts for while no profile at all is known: the catalogue's largest server of eight GPUs
(hgx-b300), all its heat in either medium. Such nodes admit nothing; the figure is for status and people."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """A node's profile and draw in the rack it stands in.

    `draw` None: unknown. `worst`: what it counts for while it cannot be trusted
    (its maximum, or that of the largest known server), `fixed` the part of it that is there
    without any GPU pod. `why_not`: why it admits nothing.
    """

    profile: str
    draw: NodeDraw | None
    worst: Load
    fixed: Load = NOTHING
    supplies: Supplies | None = None
    needs_liquid: bool = False
    why_not: str = ""
    doubt: str = ""

    def holding(self, promised: Load) -> Load:
        """What it counts for while it cannot be trusted and pods on it were promised that much.

        What they were promised may be of a profile that is gone, so it can be more than `worst`.
        """
        return self.worst.join(self.fixed + promised)


class HardwareBook:
    """Looks up hardware; build once per set of profiles."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self._profiles = {profile.name: profile for profile in profiles}
        self._matcher = Matcher(profiles)
        measured = [profile for profile in profiles if not profile.announced]
        self._draws: dict[tuple[str, int, bool, bool], NodeDraw] = {}
        self._largest = {liquid: self._join(measured or profiles, liquid) for liquid in (False, True)}
        self._fixed = {liquid: self._join_fixed(measured or profiles, liquid) for liquid in (False, True)}

    @property
    def deleted(self) -> frozenset[str]:
        """Names of the profiles whose object is gone."""
        return frozenset(profile.name for profile in self._profiles.values() if profile.deleted)

    def look_up(self, node: NodeRecord, rack: Rack) -> Hardware:
        """What this node is, standing in `rack`."""
        extended = dict(node.devices or node.allocatable.extended)
        listed = tuple(entry.profile for entry in rack.nodes)
        match = self._matcher.match(node.labels, extended, listed)
        liquid = bool(rack.liquid)
        if node.doubt:
            return self._unknown(liquid, 1, node.doubt)
        if match is None:
            return self._unknown(liquid, self._matcher.accelerators(extended))
        profile = match.profile
        draw = self._draw(profile, match.gpus, liquid, not _kept_for_gpus(node.taints, profile))
        why_not = ""
        if profile.needs_liquid and not liquid:
            why_not = f"{profile.name} needs liquid cooling, and rack {rack.name} has no coolant loop"
        needs_liquid = profile.needs_liquid
        return Hardware(
            profile.name, draw, draw.maximum, draw.fixed, draw.supplies, needs_liquid, why_not, match.note
        )

    def in_doubt(self, node: NodeRecord, rack: Rack) -> Hardware:
        """As `look_up`, where even the cooling of the rack is in doubt: all heat counts in either medium."""
        wet, dry = self.look_up(node, rack), self.look_up(node, replace(rack, liquid=()))
        return replace(wet, worst=wet.worst.join(dry.worst), fixed=wet.fixed.join(dry.fixed))

    def named(self, profile: str, rack: Rack) -> Hardware:
        """What a listed or missing node of this profile is, with nothing known but its profile."""
        liquid = bool(rack.liquid)
        known = self._profiles.get(profile)
        if known is None:
            return self._unknown(liquid, 1, f"no accelerator profile is called {profile!r}")
        draw = self._draw(known, known.gpus, liquid, True)
        return Hardware(known.name, draw, draw.maximum, draw.fixed, draw.supplies, known.needs_liquid)

    def _unknown(self, liquid: bool, accelerators: int, why: str = "") -> Hardware:
        worst = self._largest[liquid]
        unknown = bool(accelerators) or not self._profiles
        what = why or (
            "no accelerator profile knows its hardware"
            if unknown
            else "it offers no accelerators, and what it draws is not known"
        )
        remedy = (
            "add an AcceleratorProfile that matches it"
            if unknown
            else "take its rack label away and put its draw into the rack's baseLoad"
        )
        doubt = f"{what}; counted as the largest known server, {format_power(worst.power)}; {remedy}"
        return Hardware("", None, worst, self._fixed[liquid], why_not=what, doubt=doubt)

    def _join(self, profiles: Iterable[Profile], liquid: bool) -> Load:
        """The largest maximum among these, part by part; a stated figure if there are none."""
        profiles = tuple(profiles)
        worst = NOTHING if profiles else _NO_PROFILES
        for profile in profiles:
            worst = worst.join(self._draw(profile, profile.gpus, liquid, True).maximum)
        return worst

    def _join_fixed(self, profiles: Iterable[Profile], liquid: bool) -> Load:
        """The largest draw without any GPU pod among these, part by part."""
        most = NOTHING
        for profile in profiles:
            most = most.join(self._draw(profile, profile.gpus, liquid, True).fixed)
        return most

    def _draw(self, profile: Profile, gpus: int, liquid: bool, host_charged: bool) -> NodeDraw:
        key = (profile.name, gpus, liquid, host_charged)
        if key not in self._draws:
            figures = node_figures(profile, gpus)
            self._draws[key] = node_draw(figures, liquid=liquid, host_charged=host_charged)
        return self._draws[key]


def _kept_for_gpus(taints: Iterable[Taint], profile: Profile) -> bool:
    """Whether a taint named after the GPUs themselves keeps ordinary pods off the node.

    Any other taint may be a passing one, which leaves the pods that run there running.
    """
    return any(fnmatchcase(taint.key, pattern) for taint in taints for pattern in profile.resources)
