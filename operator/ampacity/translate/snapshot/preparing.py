"""Shapes made ready for planning: families expanded, volumes and sites filled in, needless labels left out.

Equal shapes come out as one object, which is how the planner knows equal pods.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ampacity.core.snapshot import NodeTerm, Shape
from ampacity.translate.profiles.profile import expand_accelerators
from ampacity.translate.records import PodRecord, Profile
from ampacity.translate.snapshot.rules import Interest

NO_SITE = ("",)
"""Sites of a shape that no site accepts; () would mean any site."""


class Preparation:
    """Prepares the shapes of one snapshot."""

    def __init__(
        self,
        profiles: Sequence[Profile],
        volumes: Mapping[str, tuple[NodeTerm, ...]],
        interest: Interest,
    ) -> None:
        self._profiles, self._volumes, self._interest = profiles, volumes, interest
        self._prepared: dict[int, Shape] = {}
        self._equal: dict[Shape, Shape] = {}

    def pod(self, pod: PodRecord) -> Shape:
        """The shape of a waiting pod."""
        terms = tuple(
            terms for claim in pod.claims if (terms := self._volumes.get(f"{pod.namespace}/{claim}"))
        )
        shape = self._common(pod.shape)
        return self._one(replace(shape, volume_terms=terms)) if terms else shape

    def replica(self, shape: Shape, sites: Iterable[str]) -> Shape:
        """The shape of a pool's replica that may go to `sites`, best first."""
        return self._one(replace(self._common(shape), sites=tuple(sites) or NO_SITE))

    def _common(self, shape: Shape) -> Shape:
        known = self._prepared.get(id(shape))
        if known is None:
            known = self._prepared[id(shape)] = self._one(self._expanded(self._interest.slim(shape)))
        return known

    def _expanded(self, shape: Shape) -> Shape:
        """Names that no profile has stay: they admit nowhere, where none at all would admit anywhere."""
        if not shape.accelerators:
            return shape
        known, unknown = expand_accelerators(shape.accelerators, self._profiles)
        return replace(shape, accelerators=(*known, *unknown))

    def _one(self, shape: Shape) -> Shape:
        return self._equal.setdefault(shape, shape)
