"""Sites for tests, valid by default: say only what the test is about."""

from __future__ import annotations

from collections.abc import Iterable

from ampacity.core.load import Load
from ampacity.core.rows import RackContents
from ampacity.core.site import CoolingUnit, Domain, Edge, Medium, Rack, Site, Tier
from ampacity.core.units import PPM, parse_power

LIQUID, AIR = Medium.LIQUID, Medium.AIR


def kw(value: float) -> int:
    """Kilowatts as milliwatts."""
    return round(value * 10**6)


def edges(*suppliers: str | Edge) -> tuple[Edge, ...]:
    """Edges from names, or as they are."""
    return tuple(Edge(one) if isinstance(one, str) else one for one in suppliers)


def domain(name: str, capacity: str = "1MW", type: str = "PDU", *, by: Iterable[str | Edge] = (),
           efficiency: int = PPM, base: str = "0W", fails: bool = False, **more: object) -> Domain:
    """A power domain; `by`: its suppliers."""
    return Domain(name, type, parse_power(capacity), efficiency, parse_power(base), edges(*by), fails,
                  **more)  # type: ignore[arg-type]


def cooler(name: str, capacity: str = "1MW", medium: Medium = LIQUID, *, by: Iterable[str | Edge] = (),
           electricity: int = 0, fails: bool = False, **more: object) -> CoolingUnit:
    """A cooling unit; `electricity`: ppm of the heat it takes."""
    more.setdefault("type", "CDU" if medium is LIQUID else "CRAH")
    return CoolingUnit(name, medium, parse_power(capacity), electricity, edges(*by), fails,
                       **more)  # type: ignore[arg-type]


def rack(name: str = "r1", *, by: Iterable[str | Edge] = ("pdu",), loop: Iterable[str | Edge] = (),
         air: Iterable[str | Edge] = (), **more: object) -> Rack:
    """A rack; `by`: its power edges."""
    return Rack(name, edges(*by), edges(*loop), edges(*air), **more)  # type: ignore[arg-type]


def site(domains: Iterable[Domain], racks: Iterable[Rack], cooling: Iterable[CoolingUnit] = (),
         **more: object) -> Site:
    """A site called "hall"."""
    return Site("hall", 1, Tier.CENTRAL, tuple(domains), tuple(cooling), tuple(racks),
                **more)  # type: ignore[arg-type]


def air_load(power: int) -> Load:
    """All heat into air."""
    return Load(power, power, 0)


def hall(blocks: int = 10, rows: int = 5, racks: int = 25) -> Site:
    """The A/B hall of the power model: `blocks` x `rows` x `racks`, two feeds, a cord limit on each rack."""
    domains = [domain(f"grid-{f}", "70MW", "Utility", fails=True) for f in "ab"]
    cooling: list[CoolingUnit] = []
    found: list[Rack] = []
    for b in [f"{i:02}" for i in range(1, blocks + 1)]:
        domains += [domain(f"ups-{b}-{f}", "6MW", "UPS", by=[f"grid-{f}"], efficiency=970_000, fails=True)
                    for f in "ab"]
        cooling.append(cooler(f"air-{b}", "1.4MW", AIR, by=["grid-a", "grid-b"], electricity=200_000))
        for r in range(1, rows + 1):
            domains += [domain(f"bw-{b}-{r}-{f}", "1127kW", "Busway", by=[f"ups-{b}-{f}"], fails=True)
                        for f in "ab"]
            cooling.append(cooler(f"cdu-{b}-{r}", "800kW", by=[f"ups-{b}-a", f"ups-{b}-b"], fails=True))
            found += [_hall_rack(b, r, i) for i in range(1, racks + 1)]
    return site(domains, found, cooling)


def _hall_rack(block: str, row: int, place: int) -> Rack:
    cords = [Edge(f"bw-{block}-{row}-{f}", None, kw(50)) for f in "ab"]
    return rack(f"h{block}{row}-{place:02}", by=cords, loop=[f"cdu-{block}-{row}"], air=[f"air-{block}"],
                air_limit=kw(12), base_load=kw(2), base_air=kw(2))


def hall_contents(hall: Site, nodes: int = 8) -> dict[str, RackContents]:
    """Every rack with `nodes` liquid-cooled servers of 5 kW on 2+2 supplies of 3 kW."""
    full = RackContents(kw(2) + nodes * kw(5), ((kw(5), 4, kw(3)),), needs_liquid=True)
    return {one.name: full for one in hall.racks}
