"""Shapes made ready for planning: families expanded, volumes and sites filled in, needless labels left out.

Sites are left out that the pod's namespace or its work do not allow.

Equal shapes come out as one object, which is how the planner knows equal pods.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ampacity.core.bounds import Bound, forbidden, may_begin
from ampacity.core.snapshot import Shape
from ampacity.core.workload import Workload
from ampacity.translate.pods.work import work_of
from ampacity.translate.profiles.profile import expand_accelerators
from ampacity.translate.records import PodRecord, World
from ampacity.translate.snapshot.rules import Interest

Labels = tuple[tuple[str, str], ...]

NO_SITE = ("",)
"""Sites of a shape that no site accepts; () would mean any site."""


class Preparation:
    """Prepares the shapes of one snapshot."""

    def __init__(self, world: World, interest: Interest) -> None:
        self._profiles, self._volumes = world.profiles, world.volumes
        self._sites, self._namespaces = world.sites, world.namespaces
        self._interest = interest
        self._prepared: dict[int, Shape] = {}
        self._equal: dict[Shape, Shape] = {}

    def pod(self, pod: PodRecord) -> Shape:
        """The shape of a waiting pod."""
        terms = tuple(
            terms for claim in pod.claims if (terms := self._volumes.get(f"{pod.namespace}/{claim}"))
        )
        shape = self._common(pod.shape)
        return self._one(replace(shape, volume_terms=terms)) if terms else shape

    def replica(self, shape: Shape, sites: Iterable[str], barred: str = "") -> Shape:
        """The shape of a pool's replica that may go to `sites`, best first. `barred`: why to none of them."""
        return self._one(replace(self._common(shape), sites=tuple(sites) or NO_SITE, barred=barred))

    def kept(self, shape: Shape) -> Shape:
        """The shape of a replica at whichever of its sites it is wanted."""
        return self._one(self._bounded(self._expanded(self._interest.slim(shape)), shape.labels))

    def at(self, shape: Shape, site: str) -> Shape:
        """The shape of a replica that is wanted at one site."""
        return self._one(replace(self.kept(shape), sites=(site,)))

    def _common(self, shape: Shape) -> Shape:
        known = self._prepared.get(id(shape))
        if known is None:
            known = self._prepared[id(shape)] = self.kept(shape)
        return known

    def _bounded(self, shape: Shape, labels: Labels) -> Shape:
        """With those of its sites that what binds it allows. Naming a site says that its fabric will do."""
        work = work_of(dict(labels), shape.gpu_units)
        bounds: list[Bound] = [*self._namespaces.of(shape.namespace)]
        if work.doubt or (work.kind is Workload.TRAINING and not shape.sites):
            bounds.append(work)
        named = [site for name in shape.sites or sorted(self._sites) if (site := self._sites.get(name))]
        if not bounds:
            return shape
        if barred := forbidden(bounds, named):
            return replace(shape, sites=NO_SITE, barred=barred)
        allowed = tuple(site.name for site in named if may_begin(bounds, site))
        return replace(shape, sites=allowed) if allowed else shape

    def _expanded(self, shape: Shape) -> Shape:
        """Names that no profile has stay: they admit nowhere, where none at all would admit anywhere."""
        if not shape.accelerators:
            return shape
        known, unknown = expand_accelerators(shape.accelerators, self._profiles)
        return replace(shape, accelerators=(*known, *unknown))

    def _one(self, shape: Shape) -> Shape:
        return self._equal.setdefault(shape, shape)
