"""Whether there is anything to judge, and by what: who sees nothing must not say that all is well."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ampacity.audit.draws import Hardware
from ampacity.core.site import CoolingUnit, Declared, Domain, Site

NO_SITE = "no SitePowerEnvelope is there that can be accepted, so that there are no limits; apply one"
NO_PROFILE = (
    "no AcceleratorProfile is there, so that nobody knows what nodes draw; start the operator, which"
    " applies its catalogue, or apply profiles"
)


def unseen(sites: Collection[Site], hardware: Hardware, nodes: bool) -> str:
    """Why nothing can be judged by what is there; "" if something can. `nodes`: whether there are any."""
    if not sites:
        return NO_SITE
    listed = any(rack.nodes for site in sites for rack in site.racks)
    return NO_PROFILE if not hardware.profiles and (nodes or listed) else ""


def out_of_service(site: Site) -> Iterator[str]:
    """What is declared out of service where that relaxes redundancy: "UPS ups-b is declared Failed"."""
    if site.keep_redundancy:
        return
    parts: tuple[Domain | CoolingUnit, ...] = (*site.domains, *site.cooling)
    for part in parts:
        if part.state is not Declared.HEALTHY:
            yield f"{part.type} {part.name} is declared {part.state}"
