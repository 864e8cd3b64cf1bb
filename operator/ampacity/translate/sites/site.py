"""A SitePowerEnvelope as the core's site, or everything that is wrong with it.

Read, expand, check: what a user wrote becomes a model, each line becomes the
objects it stands for, and the whole graph is checked. An envelope with any
problem gives no site at all: half a site would be a wrong one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from ampacity.apis import SitePowerEnvelope, read
from ampacity.apis.envelope_racks import Rack
from ampacity.apis.envelope_shares import WorkloadShare
from ampacity.apis.site_power_envelope import SitePowerEnvelopeSpec
from ampacity.core.check import Origins, check
from ampacity.core.check.shares import stated_shares
from ampacity.core.site import Problem, Share, Site, Tier
from ampacity.core.units import parse_power
from ampacity.core.workload import Workload
from ampacity.translate.sites.parts import LineError, cooling_units, domains, racks
from ampacity.translate.sites.patterns import MAX_NAMES, Each, PatternError, count, values

_BYTES = 1e9 / 8
"""A second, of one Gbit/s."""

Line = TypeVar("Line")
Part = TypeVar("Part")


def site_of(obj: Mapping[str, Any]) -> tuple[Site | None, tuple[Problem, ...]]:
    """The site that an envelope (its JSON) describes, or None and every problem found."""
    envelope, problems = read(SitePowerEnvelope, obj)
    if envelope is None:
        return None, problems
    found: list[Problem] = []
    each = _each(envelope.spec, found)
    if not found:
        found += _too_many(envelope.spec, each)
    if found:
        return None, tuple(found)
    site, origins = _expanded(envelope, each, found)
    found += () if found else check(site, origins)
    found += () if found else stated_shares(site)
    return (None if found else site), tuple(found)


def _each(spec: SitePowerEnvelopeSpec, found: list[Problem]) -> Each:
    each: dict[str, tuple[str, ...]] = {}
    for variable, text in (spec.each or {}).items():
        try:
            each[variable] = values(text)
        except PatternError as error:
            found.append(_problem(f"spec.each.{variable}", error))
    return each


def _too_many(spec: SitePowerEnvelopeSpec, each: Each) -> Iterator[Problem]:
    """A problem if the patterns stand for more names than anyone means, before any of them is made."""
    try:
        total = sum(count(line.name, each) for line in spec.domains)
        total += sum(count(line.name, each) for line in spec.cooling or [])
        total += sum(_rack_names(line, each) for line in spec.racks or [])
    except PatternError:
        return  # the line itself will say so
    if total > MAX_NAMES:
        yield Problem(
            "spec",
            f"the patterns stand for {total:,} names, and a site may have {MAX_NAMES:,}",
            "check the ranges, or split the site",
        )


def _rack_names(line: Rack, each: Each) -> int:
    """Names of racks and, for each of them, patterns of its nodes' names."""
    return count(line.names, each) * (1 + sum(count(pattern, {}) for pattern in line.node_names or []))


def _expanded(envelope: SitePowerEnvelope, each: Each, found: list[Problem]) -> tuple[Site, Origins]:
    spec, where = envelope.spec, envelope.spec.location
    all_domains, from_domains = _lines("domains", spec.domains, domains, each, found)
    units, from_cooling = _lines("cooling", spec.cooling or [], cooling_units, each, found)
    all_racks, from_racks = _lines("racks", spec.racks or [], racks, each, found)
    site = Site(
        name=envelope.metadata.name,
        generation=envelope.metadata.generation,
        tier=Tier(spec.tier),
        domains=all_domains,
        cooling=units,
        racks=all_racks,
        country=where.country if where else "",
        region=(where.region or "") if where else "",
        latitude=where.latitude if where else None,
        longitude=where.longitude if where else None,
        labels=envelope.metadata.labels,
        keep_redundancy=spec.keep_redundancy,
        interconnect=spec.interconnect.gpus if spec.interconnect else None,
        latency={one.region: one.milliseconds for one in spec.latency or ()},
        uplink=spec.uplink.gigabits_per_second * _BYTES if spec.uplink else 0.0,
        lost=spec.state == "Lost",
        shares=tuple([_share(one) for one in spec.shares or ()]),
    )
    return site, Origins(from_domains, from_cooling, from_racks)


def _share(stated: WorkloadShare) -> Share:
    return Share(
        Workload(stated.workload.lower()),
        parse_power(stated.at_least) if stated.at_least else 0,
        parse_power(stated.at_most) if stated.at_most else None,
    )


def _lines(
    field: str,
    lines: Sequence[Line],
    parts_of: Callable[[Line, Each], Iterator[Part]],
    each: Each,
    found: list[Problem],
) -> tuple[tuple[Part, ...], tuple[int, ...]]:
    """All parts that the lines stand for, and for each part the number of its line."""
    parts: list[Part] = []
    origins: list[int] = []
    for number, line in enumerate(lines):
        try:
            made = list(parts_of(line, each))
        except LineError as error:
            found.append(_problem(f"spec.{field}[{number}].{error.field}", error))
            continue
        parts += made
        origins += [number] * len(made)
    return tuple(parts), tuple(origins)


def _problem(path: str, error: Exception) -> Problem:
    message, _, remedy = str(error).partition("; ")
    return Problem(path, message, remedy)
