"""Whether a site's shares can be meant: each class once, and no more kept or allowed than there is."""

from __future__ import annotations

from collections.abc import Iterator

from ampacity.core.site import Problem, Share, Site
from ampacity.core.units import format_power


def stated_shares(site: Site) -> tuple[Problem, ...]:
    """What is wrong with shares by themselves, and against all that the site's sources can carry."""
    sources = sum(domain.capacity for domain in site.domains if not domain.suppliers)
    return (*_each_once(site.shares), *beyond(site.shares, sources, "the site's sources can carry"))


def beyond(shares: tuple[Share, ...], capacity: int, what: str) -> Iterator[Problem]:
    """Shares of more than the site has. `capacity`: mW; `what`: whose, as in "the 54 kW that ...". """
    there = f"the {format_power(capacity)} that {what}"
    for number, share in enumerate(shares):
        yield from _sizes(f"spec.shares[{number}]", share, capacity, there)
    total = sum(share.at_least for share in shares)
    if total > capacity and all(share.at_least <= capacity for share in shares):
        message = f"together {format_power(total)} are kept, more than {there}"
        yield Problem("spec.shares", message, "lower atLeast of one of them")


def _each_once(shares: tuple[Share, ...]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for number, share in enumerate(shares):
        path = f"spec.shares[{number}]"
        if share.workload in seen:
            message = f"{share.workload} is there already, in spec.shares[{seen[share.workload]}]"
            yield Problem(f"{path}.workload", message, "state each class once, with both figures")
        seen.setdefault(share.workload, number)
        if share.at_most is not None and share.at_least > share.at_most:
            kept, most = format_power(share.at_least), format_power(share.at_most)
            message = f"{kept} are kept for {share.workload}, which may have no more than {most}"
            yield Problem(f"{path}.atLeast", message, "lower atLeast, or raise atMost")


def _sizes(path: str, share: Share, capacity: int, there: str) -> Iterator[Problem]:
    for field, power in (("atLeast", share.at_least), ("atMost", share.at_most or 0)):
        if power > capacity:
            message = f"{format_power(power)} for {share.workload} is more than {there}"
            yield Problem(f"{path}.{field}", message, f"state at most {format_power(capacity)}")
