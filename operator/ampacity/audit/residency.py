"""Whether a grant kept to the countries that the pod's namespace allows, by the auditor's own reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ampacity import names
from ampacity.core.site import Site

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NamespaceFacts:
    """A namespace. `allowed`: what its annotation lists, split at the commas; None without one."""

    allowed: tuple[str, ...] | None = None

    def admits(self, site: Site) -> bool:
        """Whether a site stands where the namespace allows its pods to run."""
        places = {site.country, f"{site.country}/{site.region}"} if site.country else set()
        return self.allowed is None or bool(places.intersection(self.allowed))


def namespace_facts(namespace: Json) -> NamespaceFacts:
    """Facts of a v1 Namespace."""
    text = (namespace["metadata"].get("annotations") or {}).get(names.RESIDENCY)
    return NamespaceFacts(None if text is None else tuple(part.strip() for part in text.split(",")))


def outside(held: Sequence[NamespaceFacts], site: Site) -> str:
    """What is wrong with a grant at `site`, "" if nothing is. `held`: what the namespace said, at all
    moments of which the grant may have known the last."""
    if any(facts.admits(site) for facts in held) or not held:
        return ""
    said = ", ".join(held[-1].allowed or ())
    return f"whose site stands in {site.country or 'no stated country'}; its namespace allows only {said}"
