"""An AcceleratorProfile as core figures, or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ampacity.apis import AcceleratorProfile, read
from ampacity.apis.accelerator_profile import AcceleratorProfileSpec
from ampacity.apis.quantities import split_units
from ampacity.core.draw import NodeFigures, with_gpus
from ampacity.core.load import Supplies
from ampacity.core.site import Problem
from ampacity.core.units import parse_power
from ampacity.translate.records import Profile


def profile_of(obj: Mapping[str, Any]) -> tuple[Profile | None, tuple[Problem, ...]]:
    """The profile that an AcceleratorProfile (its JSON) describes, or None and every problem found."""
    resource, problems = read(AcceleratorProfile, obj)
    if resource is None:
        return None, problems
    profile = _profile(resource)
    problems = tuple(_contradictions(profile, resource.spec))
    return (None if problems else profile), problems


def node_figures(profile: Profile, gpus: int) -> NodeFigures:
    """The profile's nameplate for a node with `gpus` physical GPUs."""
    supplies = Supplies(*profile.supplies) if profile.supplies else None
    figures = NodeFigures(
        gpus=profile.gpus,
        idle=profile.idle,
        host=profile.host,
        maximum=profile.maximum,
        air_idle=profile.air_idle,
        air_maximum=profile.air_maximum,
        supplies=supplies,
    )
    return with_gpus(figures, gpus)


def expand_accelerators(
    names: Sequence[str], profiles: Iterable[Profile]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of profiles and families as profile names, best first, and the names nobody knows.

    A family stands for all its profiles, by name: which of them a node is, is
    the site's business, not the pool's.
    """
    known = sorted(profiles, key=lambda profile: profile.name)
    found: dict[str, None] = {}
    unknown: list[str] = []
    for name in names:
        meant = [profile.name for profile in known if name in (profile.name, profile.family)]
        found.update(dict.fromkeys(meant))
        unknown += [] if meant else [name]
    return tuple(found), tuple(unknown)


def normal_label(value: str) -> str:
    """A label value or pattern as profiles compare it: lower case, '-' for '_'."""
    return value.lower().replace("_", "-")


def _profile(resource: AcceleratorProfile) -> Profile:
    spec, node = resource.spec, resource.spec.node
    idle, maximum = parse_power(node.idle), parse_power(node.maximum)
    return Profile(
        name=resource.metadata.name,
        generation=resource.metadata.generation,
        resources=tuple(spec.resources),
        products=tuple(normal_label(pattern) for pattern in spec.match.products),
        machines=tuple(normal_label(pattern) for pattern in spec.match.machines or []),
        match_labels=spec.match.labels or {},
        gpus=spec.gpus,
        tdp=parse_power(spec.gpu.tdp),
        idle=idle,
        host=parse_power(node.host),
        maximum=maximum,
        air_idle=parse_power(node.air_idle) if node.air_idle else idle,
        air_maximum=parse_power(node.air_maximum) if node.air_maximum else maximum,
        needs_liquid=spec.cooling == "Liquid",
        supplies=split_units(spec.power_supplies) if spec.power_supplies else None,
        announced=spec.announced,
        family=spec.family,
    )


def _contradictions(profile: Profile, spec: AcceleratorProfileSpec) -> Iterator[Problem]:
    """Figures that cannot all be true."""
    node = spec.node
    if profile.idle + profile.host > profile.maximum:
        yield Problem(
            "spec.node.maximum",
            f"{node.maximum} is less than idle and host together ({node.idle} + {node.host})",
            "raise maximum, or lower the others",
        )
    if profile.air_idle > profile.idle:
        yield Problem("spec.node.airIdle", f"{node.air_idle} is more than idle ({node.idle})", "lower it")
    if profile.air_maximum > profile.maximum:
        yield Problem(
            "spec.node.airMaximum", f"{node.air_maximum} is more than maximum ({node.maximum})", "lower it"
        )
    if spec.gpu.minimum and parse_power(spec.gpu.minimum) > profile.tdp:
        yield Problem(
            "spec.gpu.minimum",
            f"{spec.gpu.minimum} is more than tdp ({spec.gpu.tdp})",
            "swap or correct them",
        )
    if spec.cooling == "Air" and (node.air_idle or node.air_maximum):
        yield Problem(
            "spec.cooling",
            "a node cooled by air alone puts all its heat into air",
            "leave airIdle and airMaximum out, or write cooling: Either",
        )
