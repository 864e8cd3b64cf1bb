"""Random sites of every form that an envelope can describe, with random loads: for properties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from ampacity.core.load import Load
from ampacity.core.site import CoolingUnit, Declared, Domain, Edge, Medium, Rack, Site, Tier

KW = 10**6
_SHARES = {
    1: [(None,), (1_000_000,)],
    2: [(None, None), (1_000_000, 0), (600_000, 500_000), (1_000_000, 1_000_000), (500_000, 500_000)],
    3: [(None, None, None), (400_000, 400_000, 400_000), (1_000_000, 0, 0), (700_000, 300_000, 0)],
}


@dataclass(frozen=True)
class Loaded:
    """A site, the load on each rack, and which racks hold nodes that need liquid."""

    site: Site
    loads: dict[str, Load]
    needs_liquid: frozenset[str]


@st.composite
def edges(draw: st.DrawFn, suppliers: Sequence[str], limit: int = 3) -> tuple[Edge, ...]:
    """One to three edges to different suppliers, with shares that sum to at least 100 %."""
    names = draw(st.lists(st.sampled_from(suppliers), min_size=1, max_size=limit, unique=True))
    shares = draw(st.sampled_from(_SHARES[len(names)]))
    breakers = st.none() | st.integers(5, 80).map(lambda kw: kw * KW)
    return tuple(Edge(n, share, draw(breakers)) for n, share in zip(names, shares, strict=True))


@st.composite
def loaded_sites(
    draw: st.DrawFn,
    efficiencies: Sequence[int] = (1_000_000, 970_000, 900_000),
    cooling_power: int | None = None,
) -> Loaded:
    """A power path of one to three layers, air and loops, up to five racks; one part may be out."""
    domains = _layers(draw, efficiencies)
    names = [domain.name for domain in domains]
    cooling = _cooling(draw, names, cooling_power)
    racks = tuple(_rack(draw, f"r{n}", names, cooling) for n in range(draw(st.integers(1, 5))))
    loads = {rack.name: _load(draw, rack) for rack in racks if draw(st.booleans()) or rack.name == "r0"}
    wet = frozenset(rack.name for rack in racks if rack.liquid and draw(st.booleans()))
    site = Site(
        "s", 1, Tier.EDGE, tuple(domains), cooling, racks, keep_redundancy=draw(st.booleans())
    )
    return Loaded(site, loads, wet)


def _layers(draw: st.DrawFn, efficiencies: Sequence[int]) -> list[Domain]:
    domains: list[Domain] = []
    for layer in range(draw(st.integers(1, 3))):
        above = [domain.name for domain in domains]
        for number in range(draw(st.integers(1, 3))):
            domains.append(
                Domain(
                    f"d{layer}{number}",
                    "Feed",
                    draw(st.integers(20, 400)) * KW,
                    draw(st.sampled_from(efficiencies)),
                    draw(st.sampled_from([0, 0, 1 * KW])),
                    draw(edges(above)) if above else (),
                    draw(st.booleans()),
                    _state(draw),
                )
            )
    return domains


def _cooling(draw: st.DrawFn, domains: Sequence[str], cooling_power: int | None) -> tuple[CoolingUnit, ...]:
    media = draw(st.sampled_from([(), (Medium.AIR,), (Medium.AIR, Medium.AIR, Medium.LIQUID, Medium.LIQUID)]))
    costs = st.sampled_from([0, 200_000, 350_000]) if cooling_power is None else st.just(cooling_power)
    return tuple(
        CoolingUnit(
            f"c{number}",
            medium,
            draw(st.integers(10, 200)) * KW,
            draw(costs),
            draw(st.just(()) | edges(domains, 2)),
            draw(st.booleans()),
            _state(draw),
            "Cooling",
        )
        for number, medium in enumerate(media)
    )


def _state(draw: st.DrawFn) -> Declared:
    return draw(st.sampled_from([Declared.HEALTHY] * 9 + [Declared.FAILED]))


def _rack(draw: st.DrawFn, name: str, domains: Sequence[str], cooling: Sequence[CoolingUnit]) -> Rack:
    units = {medium: [unit.name for unit in cooling if unit.medium is medium] for medium in Medium}
    wet = bool(units[Medium.LIQUID]) and draw(st.booleans())
    base = draw(st.sampled_from([0, 0, 2 * KW]))
    limits = st.none() | st.integers(10, 150).map(lambda kw: kw * KW)
    return Rack(
        name,
        draw(edges(domains)),
        draw(edges(units[Medium.LIQUID], 2)) if wet else (),
        draw(edges(units[Medium.AIR], 2)) if units[Medium.AIR] else (),
        draw(limits),
        draw(limits),
        base,
        draw(st.sampled_from([base, base // 4])) if wet else base,
        None,
    )


def _load(draw: st.DrawFn, rack: Rack) -> Load:
    power = draw(st.integers(0, 60)) * KW + draw(st.integers(0, 999))
    air = power * draw(st.integers(5, 40)) // 100 if rack.liquid else power
    return Load(power, air, power - air)
