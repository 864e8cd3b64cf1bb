"""Residency: the countries, or regions of them, in which somebody allows pods to run.

A namespace may say it, and a pool; whoever is bound by several is bound by all
of them. A site that does not say where it stands is in no country.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ampacity.core.site import Site


@dataclass(frozen=True, slots=True)
class Area:
    """A country (ISO 3166-1 alpha-2), or one region of it as its sites name it."""

    country: str
    region: str = ""

    def holds(self, site: Site) -> bool:
        """Whether the site stands in it."""
        return bool(site.country) and site.country == self.country and self.region in ("", site.region)

    def __str__(self) -> str:
        return f"{self.country}/{self.region}" if self.region else self.country


@dataclass(frozen=True, slots=True)
class Residency:
    """A bound: what one object allows. `by`: which one, for sentences."""

    areas: tuple[Area, ...]
    by: str
    doubt: str = ""

    def allows(self, site: Site) -> bool:
        """Whether the site stands in one of the areas."""
        return any(area.holds(site) for area in self.areas)

    def of(self, site: Site) -> str:
        """Where the site stands."""
        if not site.country:
            return "its envelope does not state spec.location.country"
        return f"in {Area(site.country, site.region)}"

    def __str__(self) -> str:
        return f"{self.by} allows only {' and '.join(map(str, self.areas))}"


@dataclass(frozen=True, slots=True)
class Namespaces:
    """What namespaces allow, by name. `complete`: a namespace that is not here is not known yet, so that
    nobody can say what it allows; otherwise it allows everything."""

    bounds: Mapping[str, Residency | None]
    complete: bool = False

    def of(self, namespace: str) -> tuple[Residency, ...]:
        """What binds pods of this namespace: nothing, or one thing."""
        if self.complete and namespace not in self.bounds:
            doubt = f"namespace {namespace} has not been seen yet; a moment later it will be"
            return (Residency((), f"namespace {namespace}", doubt),)
        bound = self.bounds.get(namespace)
        return () if bound is None else (bound,)


ANYWHERE = Namespaces({})
"""Nobody restricts anything."""
