"""Whether rows can be made of a site, and what stands in for them where they cannot.

`core.check` refuses every envelope that is known not to work. This is the second
line: one site that still cannot be computed must not stop the planning of others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ampacity.core.rows import RackContents, SiteRows, build
from ampacity.core.site import Problem, Site

_REMEDY = "correct the envelope"


def buildable(site: Site) -> Problem | None:
    """What keeps rows from being made of `site`; None if they can be."""
    try:
        build(site, {})
    except (ValueError, ArithmeticError) as error:
        return Problem("spec", str(error), _REMEDY)
    return None


def rows_of(site: Site, contents: Mapping[str, RackContents]) -> tuple[SiteRows, str]:
    """The rows of `site` and "", or rows on which nothing runs and why there are no others."""
    try:
        return build(site, contents), ""
    except (ValueError, ArithmeticError) as error:
        return build(_unfed(site), {}), f"its limits cannot be computed: {error}; {_REMEDY}"


def _unfed(site: Site) -> Site:
    """The site's racks with nothing to hang on, so that whoever asks for them finds them."""
    racks = {rack.name: replace(rack, power=(), liquid=(), air=(), shelves=None) for rack in site.racks}
    return replace(site, domains=(), cooling=(), racks=tuple(racks.values()))
