"""What nodes draw: power-model's "Nodes", read once more and exactly.

Draw = idle + host + busy * (maximum - idle - host) / physical GPUs, at the
maximum where the node is not Ready. In a rack with a loop, the heat into air
goes from its idle to its maximum figure in step with the draw and the loop
takes the rest; elsewhere all of it goes into air. Nothing is rounded up here:
the auditor must not find an excess that is none.

Which profile a node has is a question of names, not of power, and is taken
from the same reading of specs that the operator uses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from fractions import Fraction

from ampacity.audit.facts import NodeFacts
from ampacity.core.load import NOTHING, Load
from ampacity.core.site import Rack
from ampacity.translate.profiles.matching import Matcher
from ampacity.translate.records import Profile

Devices = Iterable[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Machine:
    """A node's profile, and how many physical GPUs it has."""

    profile: Profile
    gpus: int


class Hardware:
    """All profiles at one moment."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self.profiles = {profile.name: profile for profile in profiles}
        self._matcher = Matcher(self.profiles.values())

    def of_node(self, node: NodeFacts, rack: Rack) -> Machine | None:
        """What a node is; None where no profile knows it."""
        listed = [entry.profile for entry in rack.nodes]
        match = self._matcher.match(node.labels, dict(node.devices), listed)
        return Machine(match.profile, match.gpus) if match else None

    def largest(self, rack: Rack) -> Load:
        """What unknown hardware counts for: part by part, the most that any known server draws there."""
        living = [profile for profile in self.profiles.values() if not profile.deleted]
        known = [profile for profile in living if not profile.announced] or living
        worst = NOTHING
        for profile in known:
            worst = worst.join(full_draw(Machine(profile, profile.gpus), rack))
        return worst

    def missing(self, rack: Rack, present: Counter[str]) -> Load:
        """Maximum draw of the nodes that a rack lists, not as off, and that have no Node object.

        `present`: its nodes by profile ("" where unknown). A node of another profile than
        listed stands in the same rack, so it is taken for one of the listed machines.
        """
        there = Counter(present)
        lacking: list[Load] = []
        for entry in rack.nodes:
            if not entry.off:
                found = min(entry.count, there[entry.profile])
                there[entry.profile] -= found
                lacking += [self._listed(entry.profile, rack)] * (entry.count - found)
        lacking.sort(key=lambda load: load.power)
        return sum(lacking[: max(0, len(lacking) - there.total())], NOTHING)

    def _listed(self, name: str, rack: Rack) -> Load:
        profile = self.profiles.get(name)
        return full_draw(Machine(profile, profile.gpus), rack) if profile else self.largest(rack)


def draw(machine: Machine, rack: Rack, node: NodeFacts, devices: Devices) -> Load:
    """Draw of a node with these devices in use."""
    busy = _busy(machine, devices)
    if not node.ready:
        listed_off = any(entry.off and entry.profile == machine.profile.name for entry in rack.nodes)
        return NOTHING if listed_off and not busy else full_draw(machine, rack)
    profile, servers = machine.profile, _servers(machine)
    fixed = servers * (profile.idle + (0 if node.reserved else profile.host))
    more = Fraction(max(0, servers * profile.maximum - fixed) * busy, machine.gpus)
    return _load(machine, rack, fixed + int(more))


@dataclass(frozen=True, slots=True)
class Part:
    """What a class of work has of a node, mW: its GPUs with their parts of the server, and what they add."""

    drawn: Fraction
    added: Fraction


def part(machine: Machine, mine: Devices, others: Devices) -> Part:
    """The part of pods with the devices `mine`. Where GPUs are shared, it surely adds what is left to it."""
    profile, servers = machine.profile, _servers(machine)
    whole = servers * max(profile.maximum, profile.idle + profile.host)
    step = Fraction(max(0, servers * (profile.maximum - profile.idle)), machine.gpus)
    rest = _busy(machine, [*mine, *others]) - _busy(machine, others)
    return Part(Fraction(whole * _busy(machine, mine), machine.gpus), step * rest)


def full_draw(machine: Machine, rack: Rack) -> Load:
    """Draw of a node at its maximum."""
    profile = machine.profile
    return _load(machine, rack, _servers(machine) * max(profile.maximum, profile.idle + profile.host))


def _busy(machine: Machine, devices: Devices) -> int:
    """How many physical GPUs so many GPUs, or slices of GPUs, may keep busy."""
    patterns = machine.profile.resources
    units = sum(count for name, count in devices if any(fnmatchcase(name, p) for p in patterns))
    return min(machine.gpus, units)


def _servers(machine: Machine) -> int:
    """A node with more GPUs than its profile is as many such servers as it takes."""
    return -(-machine.gpus // machine.profile.gpus)


def _load(machine: Machine, rack: Rack, power: int) -> Load:
    if not rack.liquid:
        return Load(power, power)
    profile, servers = machine.profile, _servers(machine)
    idle, most = servers * profile.idle, servers * profile.maximum
    part = Fraction(power - idle, most - idle) if most > idle else Fraction(1)
    air = int(servers * (profile.air_idle + part * (profile.air_maximum - profile.air_idle)))
    return Load(power, min(air, power), power - min(air, power))
