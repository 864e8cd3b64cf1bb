"""What bounds a pod to some of the sites, whoever says it, and the sentence if none is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from ampacity.core.site import Site

_SHOWN = 3
"""Sites that a sentence names at most."""


class Bound(Protocol):
    """Something that allows some sites only; as a text, what it demands.

    `doubt`: why what was said cannot be read, with its remedy. Then nothing may begin anywhere, since
    nobody knows what is allowed; but nothing that runs has to go for it.
    """

    @property
    def doubt(self) -> str:
        """Why it cannot be read; "" if it can."""

    def allows(self, site: Site) -> bool:
        """Whether pods may be placed there, as far as what was said can be read."""

    def of(self, site: Site) -> str:
        """What of the site matters here: "in SE"."""


def may_begin(bounds: Iterable[Bound], site: Site) -> bool:
    """Whether pods with these bounds may be placed at the site."""
    return all(not bound.doubt and bound.allows(site) for bound in bounds)


def may_stay(bounds: Iterable[Bound], site: Site) -> bool:
    """Whether pods with these bounds that are at the site may stay there."""
    return all(bound.doubt or bound.allows(site) for bound in bounds)


def forbidden(bounds: Sequence[Bound], sites: Iterable[Site]) -> str:
    """Why none of `sites`, which all else would allow, may be used; "" if one may, or if there are none."""
    doubts = [bound.doubt for bound in bounds if bound.doubt]
    candidates = tuple(sites)
    if doubts or not candidates:
        return doubts[0] if doubts else ""
    if any(may_begin(bounds, site) for site in candidates):
        return ""
    guilty = [bound for bound in bounds if not all(map(bound.allows, candidates))]
    there = sorted(f"{site.name} ({', '.join(bound.of(site) for bound in guilty)})" for site in candidates)
    more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
    return f"{', '.join(map(str, guilty))}; without that, there would be {', '.join(there[:_SHOWN])}{more}"
