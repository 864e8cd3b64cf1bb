"""Where pods may run, as namespaces and pools say it: one grammar for both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ampacity import names
from ampacity.apis.text import AREA
from ampacity.core.residency import Area, Namespaces, Residency
from ampacity.core.site import Site
from ampacity.core.units import QuantityError
from ampacity.translate.records import NamespaceRecord

Json = Mapping[str, Any]

_LONGEST = 80
"""More than any country or region has: what is cut here is refused all the same."""


def known(records: Iterable[NamespaceRecord]) -> Namespaces:
    """Of all namespaces that there are."""
    return Namespaces({record.name: record.residency for record in records}, complete=True)


def read_namespace(namespace: Json) -> NamespaceRecord:
    """A v1 Namespace; what its annotation says wrongly is a doubt."""
    metadata = namespace["metadata"]
    name = metadata["name"]
    text = (metadata.get("annotations") or {}).get(names.RESIDENCY)
    residency = None if text is None else _annotated(str(text), f"namespace {name}")
    return NamespaceRecord(
        name, metadata.get("uid") or name, metadata.get("resourceVersion") or "", residency
    )


def residency_of_pool(areas: Sequence[str] | None) -> Residency | None:
    """What a pool's `placement.residency`, which has been checked, allows."""
    return None if areas is None else Residency(tuple(map(_area, areas)), "the pool's placement.residency")


def areas_of(residency: Residency) -> frozenset[str]:
    """What it allows, as distribution compares it with `areas_at` a site."""
    return frozenset(map(str, residency.areas))


def areas_at(site: Site) -> frozenset[str]:
    """The country of a site, and the region of it; none where the site does not say."""
    if not site.country:
        return frozenset()
    return frozenset({site.country, str(Area(site.country, site.region))})


def _annotated(text: str, by: str) -> Residency:
    parts = [part.strip()[:_LONGEST] for part in text.split(",")]
    try:
        return Residency(tuple(_area(AREA.check(part)) for part in parts), by)
    except QuantityError as error:
        doubt = f"annotation {names.RESIDENCY} of {by}: {error}; until then none of its pods start"
        return Residency((), by, doubt)


def _area(text: str) -> Area:
    country, _, region = text.partition("/")
    return Area(country, region)
