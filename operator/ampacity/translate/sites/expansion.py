"""What an envelope's patterns mean, as a table: one line a domain, cooling unit or rack."""

from __future__ import annotations

from dataclasses import dataclass

from ampacity.core.site import Edge, Rack, Site
from ampacity.core.units import PPM, format_power


@dataclass(frozen=True, slots=True)
class ExpandedRow:
    """One part of a site. `capacity`: mW; for a rack its own limit, or None where only its cords limit it."""

    kind: str
    name: str
    type: str
    capacity: int | None
    suppliers: tuple[str, ...]
    detail: str = ""


def expand_table(site: Site) -> tuple[ExpandedRow, ...]:
    """All parts in the order of the spec: domains, cooling units, racks."""
    domains = (
        ExpandedRow(
            "Domain",
            domain.name,
            domain.type,
            domain.capacity,
            _suppliers(domain.suppliers),
            _detail(domain.failure_domain, domain.efficiency, domain.base_load),
        )
        for domain in site.domains
    )
    cooling = (
        ExpandedRow(
            f"{unit.medium} cooling",
            unit.name,
            unit.type,
            unit.capacity,
            _suppliers(unit.power),
            _detail(unit.failure_domain, PPM, 0),
        )
        for unit in site.cooling
    )
    racks = (
        ExpandedRow(
            "Rack",
            rack.name,
            "Rack",
            rack.limit,
            _suppliers((*rack.power, *rack.liquid, *rack.air)),
            _rack_detail(rack),
        )
        for rack in site.racks
    )
    return (*domains, *cooling, *racks)


def _suppliers(edges: tuple[Edge, ...]) -> tuple[str, ...]:
    return tuple(edge.supplier + _limits(edge) for edge in edges)


def _limits(edge: Edge) -> str:
    share = [f"{edge.share / 10_000:g} %"] if edge.share is not None else []
    breaker = [format_power(edge.breaker)] if edge.breaker is not None else []
    return f" ({', '.join(share + breaker)})" if share or breaker else ""


def _detail(failure_domain: bool, efficiency: int, base_load: int) -> str:
    parts = ["failure domain"] if failure_domain else []
    parts += [f"efficiency {efficiency / 10_000:g} %"] if efficiency != PPM else []
    parts += [f"base load {format_power(base_load)}"] if base_load else []
    return ", ".join(parts)


def _rack_detail(rack: Rack) -> str:
    parts = [f"{node.count}x {node.profile}{' (off)' if node.off else ''}" for node in rack.nodes]
    parts += [f"air limit {format_power(rack.air_limit)}"] if rack.air_limit is not None else []
    parts += [f"base load {format_power(rack.base_load)}"] if rack.base_load else []
    return ", ".join(parts)
