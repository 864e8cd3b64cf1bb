"""One line of an envelope as the domains, cooling units or racks it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ampacity.apis import envelope_cooling, envelope_domains, envelope_racks
from ampacity.apis.envelope_edges import Air, CoolingEdge, Liquid, PowerEdge
from ampacity.apis.quantities import split_units
from ampacity.core.load import Supplies
from ampacity.core.site import CoolingUnit, Declared, Domain, Edge, ListedNodes, Medium, Rack
from ampacity.core.units import PPM, QuantityError, parse_percent, parse_power
from ampacity.translate.sites.capacities import breaker_limit, cooling_capacity, domain_capacity, to_ppm
from ampacity.translate.sites.patterns import Each, PatternError, bindings, fill, unroll

UPS_EFFICIENCY = 900_000
_COOLING_TYPES = {"Liquid": "CDU", "Air": "CRAH"}
Binding = Mapping[str, str]


class LineError(QuantityError):
    """Something wrong in one field of a line; `field` is its path within the line."""

    def __init__(self, field: str, error: QuantityError | str) -> None:
        super().__init__(str(error))
        self.field = field


@dataclass(frozen=True, slots=True)
class _EdgeLine:
    """A supplier as written: its name may still hold variables; the rest is read."""

    field: str
    name: str
    share: int | None
    breaker: int | None

    def edge(self, binding: Binding) -> Edge:
        try:
            name = fill(self.name, binding)
        except PatternError as error:
            raise LineError(self.field, error) from None
        if "[" in name:
            raise LineError(
                self.field,
                f"'{self.name}' is a range, and a supplier is one; write each supplier on its own,"
                " or use a {variable} that the name has too",
            )
        return Edge(name, self.share, self.breaker)


def domains(line: envelope_domains.Domain, each: Each) -> Iterator[Domain]:
    """The domains of one line. LineError where a pattern means nothing."""
    efficiency = UPS_EFFICIENCY if line.type == "UPS" else PPM
    common = Domain(
        name="",
        type=line.type,
        capacity=domain_capacity(line),
        efficiency=parse_percent(line.efficiency) if line.efficiency else efficiency,
        base_load=parse_power(line.base_load) if line.base_load else 0,
        failure_domain=line.failure_domain,
        state=Declared(line.state),
    )
    suppliers = _power_lines("suppliers", line.suppliers or [])
    for names, binding in _named("name", line.name, each):
        edges = _edges(suppliers, binding)
        yield from (replace(common, name=name, suppliers=edges) for name in names)


def cooling_units(line: envelope_cooling.CoolingUnit, each: Each) -> Iterator[CoolingUnit]:
    """The cooling units of one line. LineError where a pattern means nothing."""
    common = CoolingUnit(
        name="",
        medium=Medium(line.medium),
        type=line.type or _COOLING_TYPES[line.medium],
        capacity=cooling_capacity(line),
        cooling_power=to_ppm(line.cooling_power or 0, up=True),
        failure_domain=line.failure_domain,
        state=Declared(line.state),
    )
    power = _power_lines("power", line.power or [])
    for names, binding in _named("name", line.name, each):
        edges = _edges(power, binding)
        yield from (replace(common, name=name, power=edges) for name in names)


def racks(line: envelope_racks.Rack, each: Each) -> Iterator[Rack]:
    """The racks of one line. LineError where a pattern means nothing or the base load is unclear."""
    power, liquid = _power_lines("power", line.power), _cooling_lines("liquid", line.liquid)
    air, base = _cooling_lines("air", line.air), _base_load(line)
    node_patterns = _node_patterns(line.node_names or [])
    for names, binding in _named("names", line.names, each):
        common = Rack(
            name="",
            power=_edges(power, binding),
            liquid=_edges(liquid, binding),
            air=_edges(air, binding),
            limit=parse_power(line.limit) if line.limit else None,
            air_limit=parse_power(line.air.limit) if line.air and line.air.limit else None,
            base_load=base[0],
            base_air=base[1],
            shelves=Supplies(*split_units(line.shelves)) if line.shelves else None,
            nodes=tuple(ListedNodes(n.count, n.profile, n.off) for n in line.nodes or []),
        )
        for name in names:
            yield replace(common, name=name, node_patterns=node_patterns(binding, name))


def _named(field: str, name: str, each: Each) -> Iterator[tuple[Sequence[str], Binding]]:
    """For each combination of variables: the names it stands for, and the combination."""
    try:
        for binding in bindings(name, each):
            yield unroll(fill(name, binding)), binding
    except PatternError as error:
        raise LineError(field, error) from None


def _power_lines(field: str, edges: Sequence[PowerEdge]) -> tuple[_EdgeLine, ...]:
    lines = []
    for number, edge in enumerate(edges):
        breaker = breaker_limit(edge.breaker) if edge.breaker else None
        lines.append(_EdgeLine(f"{field}[{number}]", edge.name, _share(edge), breaker))
    return tuple(lines)


def _cooling_lines(field: str, units: Liquid | Air | None) -> tuple[_EdgeLine, ...]:
    if units is None:
        return ()
    if units.name is not None:
        return (_EdgeLine(field, units.name, None, None),)
    return tuple(
        _EdgeLine(f"{field}.suppliers[{number}]", edge.name, _share(edge), None)
        for number, edge in enumerate(units.suppliers or [])
    )


def _share(edge: PowerEdge | CoolingEdge) -> int | None:
    return parse_percent(edge.share) if edge.share else None


def _edges(lines: Sequence[_EdgeLine], binding: Binding) -> tuple[Edge, ...]:
    return tuple(line.edge(binding) for line in lines)


def _base_load(line: envelope_racks.Rack) -> tuple[int, int]:
    """Watts and the part that heats the air. A liquid rack must say the part: a guess would be wrong."""
    if line.base_load is None:
        return 0, 0
    watts = parse_power(line.base_load.watts)
    if line.base_load.air is None:
        if line.liquid is not None:
            raise LineError(
                "baseLoad",
                f"{line.base_load.watts} in a rack with liquid does not say how much of it heats the air;"
                f" write baseLoad: {{watts: {line.base_load.watts}, air: ...}}",
            )
        return watts, watts
    air = parse_power(line.base_load.air)
    if air > watts:
        raise LineError("baseLoad.air", f"{line.base_load.air} is more than the whole; make it at most watts")
    return watts, air


def _node_patterns(patterns: Sequence[str]) -> Callable[[Binding, str], tuple[str, ...]]:
    def expand(binding: Binding, rack: str) -> tuple[str, ...]:
        found: list[str] = []
        for number, pattern in enumerate(patterns):
            try:
                found += unroll(fill(pattern, {**binding, "rack": rack}))
            except PatternError as error:
                raise LineError(f"nodeNames[{number}]", error) from None
        return tuple(found)

    return expand
