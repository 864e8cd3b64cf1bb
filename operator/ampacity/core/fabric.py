"""Where training may go: to a fabric that joins all GPUs of its job."""

from __future__ import annotations

from dataclasses import dataclass

from ampacity.core.site import Site, Tier
from ampacity.core.workload import Workload


@dataclass(frozen=True, slots=True)
class Work:
    """A bound: the kind of work, and `gpus`, how many GPUs the whole job joins."""

    kind: Workload = Workload.INFERENCE
    gpus: int = 1
    doubt: str = ""

    def allows(self, site: Site) -> bool:
        """Whether the site has the fabric that the work needs."""
        if self.kind is not Workload.TRAINING:
            return True
        return site.tier is Tier.CENTRAL if site.interconnect is None else site.interconnect >= self.gpus

    def of(self, site: Site) -> str:
        """The site's fabric."""
        joined = site.interconnect
        return f"{site.tier}, {'states no interconnect' if joined is None else f'joins {joined} GPUs'}"

    def __str__(self) -> str:
        needs = "needs a Central site, or one whose spec.interconnect joins as many"
        return f"training over {self.gpus} GPUs {needs}" if self.gpus > 1 else f"training {needs}"
