"""Small random sites: sources, two layers of domains, cooling on power, racks on anything above them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from ampacity.core.load import Load, Supplies
from ampacity.core.rows import RackContents
from ampacity.core.site import CoolingUnit, Declared, Domain, Edge, Medium, Rack, Site, Tier
from ampacity.core.units import PPM

KW = 10**6
_SHARES = {
    1: [(None,), (PPM,)],
    2: [(None, None), (PPM, 0), (550_000, 550_000), (700_000, 300_000), (PPM, PPM), (0, PPM),
        (400_000, 600_001)],
    3: [(None,) * 3, (PPM, 0, 0), (0, 0, PPM), (400_000,) * 3, (500_000, 500_000, 0), (333_334,) * 3],
}


def _watts(low: int, high: int) -> st.SearchStrategy[int]:
    """Milliwatts: round kilowatts mostly, odd figures now and then."""
    return st.one_of(st.integers(low, high).map(lambda kw: kw * KW), st.integers(low * KW, high * KW))


# Few different ones, so that racks which hang alike often have some figures in common and others not.
_LIMITS = st.sampled_from([None, None, 12 * KW, 25 * KW + 1])


@st.composite
def edges(draw: Any, suppliers: Sequence[str], least: int = 1, breakers: bool = True) -> tuple[Edge, ...]:
    """Edges to up to three of `suppliers`, sometimes two to the same one."""
    if not suppliers:
        return ()
    names = draw(st.lists(st.sampled_from(suppliers), min_size=least, max_size=3))
    if not names:
        return ()
    shares = draw(st.sampled_from(_SHARES[len(names)]))
    limits = [draw(st.none() | _watts(1, 60)) if breakers else None for _ in names]
    return tuple(Edge(*one) for one in zip(names, shares, limits, strict=True))


_STATES = st.sampled_from([Declared.HEALTHY] * 12 + [Declared.FAILED, Declared.MAINTENANCE])


@st.composite
def domains(draw: Any) -> tuple[Domain, ...]:
    """One to three sources, then up to five domains that hang on any listed before them."""
    found: list[Domain] = []
    sources = draw(st.integers(1, 3))
    for index in range(sources + draw(st.integers(0, 5))):
        above = [one.name for one in found]
        found.append(Domain(
            name=f"d{index}", type=draw(st.sampled_from(["Feed", "UPS", "PDU"])),
            capacity=draw(_watts(5, 200)),
            efficiency=draw(st.sampled_from([PPM, PPM, 970_000, 900_000, 333_333])),
            base_load=draw(st.sampled_from([0, 0, KW, 1_234_567])),
            suppliers=draw(edges(above)) if index >= sources else (),
            failure_domain=draw(st.booleans()), state=draw(_STATES)))
    return tuple(found)


@st.composite
def coolers(draw: Any, power: Sequence[str]) -> tuple[CoolingUnit, ...]:
    """Up to four cooling units; some on power, some with their own."""
    return tuple(
        CoolingUnit(
            name=f"c{index}", medium=draw(st.sampled_from(Medium)), capacity=draw(_watts(5, 100)),
            cooling_power=draw(st.sampled_from([0, 200_000, 333_333])), power=draw(edges(power, least=0)),
            failure_domain=draw(st.booleans()), type="CDU",
            state=draw(_STATES))
        for index in range(draw(st.integers(0, 4)))
    )


@st.composite
def racks(draw: Any, power: Sequence[str], cooling: Sequence[CoolingUnit]) -> tuple[Rack, ...]:
    """One to four racks; with three, two of them often hang alike."""
    air = [one.name for one in cooling if one.medium is Medium.AIR]
    loops = [one.name for one in cooling if one.medium is Medium.LIQUID]
    hangs = [
        (draw(edges(power)), draw(edges(loops, 0, False)), draw(edges(air, 0, False)))
        for _ in range(draw(st.integers(1, 2)))
    ]
    found = []
    for index in range(draw(st.integers(1, 4))):
        supply, loop, room = draw(st.sampled_from(hangs))
        base = draw(st.sampled_from([0, KW, 2 * KW + 1]))
        found.append(Rack(
            f"r{index}", supply, loop, room, limit=draw(_LIMITS), air_limit=draw(_LIMITS), base_load=base,
            base_air=base // 3, shelves=draw(st.sampled_from([None, None, Supplies(5, 7 * KW)]))))
    return tuple(found)


@st.composite
def sites(draw: Any) -> Site:
    """A valid site; now and then something is declared out of service."""
    power = draw(domains())
    names = [one.name for one in power]
    cooling = draw(coolers(names))
    keep = draw(st.booleans())
    return Site("hall", 1, Tier.EDGE, power, cooling, draw(racks(names, cooling)), keep_redundancy=keep)


@st.composite
def contents(draw: Any, site: Site) -> dict[str, RackContents]:
    """What stands in the racks; some are left out."""
    some = st.builds(
        RackContents, maximum=_watts(0, 60), needs_liquid=st.booleans(),
        nodes=st.lists(st.sampled_from([(14_300_000, 6, 3_300_000), (10_200_000, 6, 3_300_000), (KW, 1, KW)]),
                       max_size=2).map(tuple))
    return draw(st.fixed_dictionaries({}, optional={rack.name: some for rack in site.racks}))


@st.composite
def loads(draw: Any, site: Site, most: int = 40) -> dict[str, Load]:
    """A load per rack, split as that rack's cooling splits it."""
    found = {}
    for rack in site.racks:
        power = draw(_watts(0, most))
        air = power if not rack.liquid else draw(st.integers(0, power))
        found[rack.name] = Load(power, air, power - air)
    return found
