"""Power scenarios: a site as users write it, filled with servers until nothing more fits, told as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ampacity.core.load import Load
from ampacity.core.rows import RackContents, RowKind, RowStatus, Shortfall, SiteRows, build, failing
from ampacity.core.site import Rack, Site
from ampacity.core.units import format_power, parse_power
from ampacity.translate.sites.site import site_of

FOLDER = Path(__file__).parent / "power"


@dataclass(frozen=True, slots=True)
class Server:
    """What a rack is filled with: mW in all and into air, supplies as (count, mW each)."""

    power: int
    air: int
    supplies: tuple[int, int]
    liquid: bool

    @property
    def load(self) -> Load:
        return Load(self.power, self.air, self.power - self.air)


@dataclass
class Scenario:
    """A site filled up: how many servers each rack got, and why each got no more."""

    about: str
    site: Site
    servers: dict[str, Server]
    rows: SiteRows
    placed: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, Shortfall] = field(default_factory=dict)

    @property
    def loads(self) -> dict[str, Load]:
        return {name: self.servers[name].load * count for name, count in self.placed.items()}

    def fill(self) -> None:
        """One server a rack in turn, until every rack refuses."""
        waiting = [rack.name for rack in self.site.racks]
        self.placed = dict.fromkeys(waiting, 0)
        while waiting:
            for name in list(waiting):
                short = self.rows.check(self.rows.usage(self.loads), name, self.servers[name].load)
                if short is None:
                    self.placed[name] += 1
                else:
                    self.refusals[name] = short
                    waiting.remove(name)


def load_scenario(name: str) -> Scenario:
    """Read power/<name>.yaml, build its rows, fill its racks."""
    document = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    envelope = {
        "apiVersion": "ampacity.io/v1alpha1", "kind": "SitePowerEnvelope",
        "metadata": {"name": "hall"}, "spec": document["spec"],
    }
    site, problems = site_of(envelope)
    assert site is not None, problems
    own = document.get("nodes", {})
    servers = {rack.name: _server(own.get(rack.name, document["node"])) for rack in site.racks}
    contents = {rack.name: _contents(rack, servers[rack.name]) for rack in site.racks}
    scenario = Scenario(document["about"].strip(), site, servers, build(site, contents))
    scenario.fill()
    return scenario


def _server(spec: dict[str, Any]) -> Server:
    power = parse_power(spec["power"])
    count, _, watts = spec["supplies"].partition("x")
    air = parse_power(spec["air"]) if "air" in spec else power
    return Server(power, air, (int(count), parse_power(watts)), spec.get("liquid", False))


def _contents(rack: Rack, server: Server) -> RackContents:
    count = sum(line.count for line in rack.nodes) or 1
    return RackContents(
        rack.base_load + server.power * count, ((server.power, *server.supplies),), server.liquid)


def told(scenario: Scenario) -> str:
    """The scenario's outcome as people would tell it."""
    blocks = ([scenario.about], _states(scenario.rows), _racks(scenario), _limits(scenario))
    return "\n\n".join("\n".join(block) for block in blocks)


def _states(rows: SiteRows) -> Iterator[str]:
    yield f"rows: {rows.built} in all states, {len(rows.rows)} of them can bind"
    for effect in rows.failures():
        what = failing(effect.state).strip() or "in normal operation"
        lost = f"lost {', '.join(effect.lost)}; " if effect.lost else ""
        slow = f"throttled {', '.join(effect.throttled)}; " if effect.throttled else ""
        yield f"{what}: {(lost + slow).removesuffix('; ') or 'every rack survives'}"


def _racks(scenario: Scenario) -> Iterator[str]:
    for name, count in scenario.placed.items():
        power = format_power(scenario.servers[name].power)
        yield f"{name}: {count} x {power}, then refused: {scenario.refusals[name].sentence()}"


def _limits(scenario: Scenario) -> Iterator[str]:
    for one in scenario.rows.describe(scenario.loads):
        worst = f", {format_power(one.worst_reserved)} if {one.worst_state} fails" if one.worst_state else ""
        yield (f"{_title(one)}: {format_power(one.reserved)} of {format_power(one.capacity)}{worst};"
               f" headroom {format_power(one.headroom)}")


def _title(one: RowStatus) -> str:
    if one.kind in (RowKind.RACK, RowKind.RACK_AIR, RowKind.CORD):
        return f"{one.kind} {one.subject}"
    return f"{one.subject_type} {one.subject}"
