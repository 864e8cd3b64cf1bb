"""Replicas as the planner tells them apart: a shape for each variant, and a footprint for each shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from ampacity.core.distribution.model import Pool
from ampacity.core.snapshot import Shape
from ampacity.translate.distribution.variants import profiles_of
from ampacity.translate.pods.selectors import EVERYWHERE
from ampacity.translate.records import PoolRecord, World
from ampacity.translate.snapshot.preparing import Preparation
from ampacity.translate.snapshot.rules import Interest
from ampacity.translate.snapshot.usage import PodIndex


@dataclass(frozen=True, slots=True)
class Shapes:
    """`by_variant`: by (pool, variant); `by_footprint`: equal shapes have one footprint."""

    by_variant: Mapping[tuple[str, str], Shape]
    by_footprint: Mapping[str, Shape]

    def stamped(self, wish: Pool) -> Pool:
        """The pool with the footprints of its variants, less those that have no hardware of their own."""
        variants = [
            replace(variant, footprint=footprint_of(shape))
            for variant in wish.variants
            if (shape := self.by_variant.get((wish.name, variant.name))) is not None
        ]
        return replace(wish, variants=tuple(variants))


def shapes_of(pools: Sequence[PoolRecord], world: World, index: PodIndex) -> Shapes:
    """Shapes of the pools' replicas, made ready for planning as those of waiters are."""
    interest = Interest.of([pool.shape for pool in pools], index.repelling())
    preparation, repelled = Preparation(world, interest), _repelled(index)
    found: dict[tuple[str, str], Shape] = {}
    for pool in pools:
        if pool.wish is not None:
            for variant, profiles in profiles_of(pool.wish, world.profiles).items():
                shape = preparation.kept(replace(pool.shape, accelerators=profiles))
                found[pool.wish.name, variant] = _anywhere(shape, repelled)
    return Shapes(found, {footprint_of(shape): shape for shape in found.values()})


def _repelled(index: PodIndex) -> frozenset[str]:
    """Namespaces whose pods some pod that runs keeps away; EVERYWHERE for all."""
    return frozenset(
        namespace
        for pod in index.repelling()
        for rule in pod.shape.rules
        if not rule.attract
        for namespace in rule.selector.namespaces or (pod.namespace,)
    )


def _anywhere(shape: Shape, repelled: frozenset[str]) -> Shape:
    """The shape without its namespace, where no rule looks at that: replicas of equal pods are equal then."""
    if shape.rules or shape.spread or not repelled.isdisjoint({shape.namespace, EVERYWHERE}):
        return shape
    return replace(shape, namespace="")


def footprint_of(shape: Shape) -> str:
    """A name that equal shapes share, from one run of a process to the next."""
    stable = replace(shape, must_survive=frozenset()), sorted(shape.must_survive)
    return sha256(repr(stable).encode(errors="surrogatepass")).hexdigest()[:16]
