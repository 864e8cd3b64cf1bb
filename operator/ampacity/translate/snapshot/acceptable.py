"""Which sites may come into force: those whose limits can be worked out and hold what is shared out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ampacity.core.check.shares import beyond
from ampacity.core.rows import build
from ampacity.core.site import Declared, Problem, Site
from ampacity.translate.sites.site import site_of
from ampacity.translate.snapshot.buildable import buildable


def acceptable_site(obj: Mapping[str, Any]) -> tuple[Site | None, tuple[Problem, ...]]:
    """As `site_of`, and refused too if no limits can be worked out from it, or shares are beyond them."""
    site, problems = site_of(obj)
    if site is None:
        return None, problems
    trouble = buildable(site)
    found = _shares(site) if trouble is None else (trouble,)
    return (None, found) if found else (site, ())


def _shares(site: Site) -> tuple[Problem, ...]:
    """Asked of the site in full health: what is declared out of service must not refuse an envelope.

    Where only labels know the racks, nobody can say before they are there.
    """
    if not site.shares or not site.racks:
        return ()
    healthy = replace(
        site,
        domains=tuple([replace(one, state=Declared.HEALTHY) for one in site.domains]),
        cooling=tuple([replace(one, state=Declared.HEALTHY) for one in site.cooling]),
    )
    together = build(healthy, {}).together
    return tuple(beyond(site.shares, together, "its racks can draw together, whatever fails"))
