"""Sites whose failures are too many to work out: told before anything of them is computed."""

from __future__ import annotations

from collections.abc import Iterator

from ampacity.core.check.graph import Graph
from ampacity.core.site import Problem

MOST = 400_000  # some seconds of work, and some hundred megabytes


def effort(graph: Graph) -> Iterator[Problem]:
    """A problem if failure domains times parts are more than `MOST`; racks that hang on the same are one."""
    site = graph.site
    failures = sum(part.failure_domain for _, part in graph.parts())
    kinds = len({(rack.power, rack.liquid, rack.air) for rack in site.racks})
    parts = len(site.domains) + len(site.cooling) + kinds
    if failures * parts > MOST:
        yield Problem(
            "spec.domains",
            f"{failures:,} failure domains times {parts:,} parts (domains, cooling units, racks that hang on"
            f" different ones) are more than the {MOST:,} that are worked out",
            "take failureDomain from those whose loss only their own racks would feel, or split the site",
        )
