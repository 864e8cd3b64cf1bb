"""What binds a pool to some of the sites, whoever says it, as distribution knows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ampacity.core.distribution.model import Pool, Residency
from ampacity.core.residency import Namespaces
from ampacity.core.site import Problem
from ampacity.translate.pools.pool import bounds_of
from ampacity.translate.records import PoolRecord
from ampacity.translate.residency import areas_of

ANNOTATION = "metadata.namespace"


def bound(wish: Pool, namespaces: Namespaces, namespace: str) -> Pool:
    """The pool with what its namespace allows, besides its own word."""
    more = [Residency(areas_of(one)) for one in namespaces.of(namespace)]
    return replace(wish, residency=(*wish.residency, *more))


def doubts(pool: PoolRecord, namespaces: Namespaces) -> Iterator[Problem]:
    """What was said and cannot be read: nobody knows where the pool may go, so it stays where it is."""
    for one in bounds_of(pool, namespaces):
        if one.doubt:
            message, _, remedy = one.doubt.rpartition("; ")
            yield Problem(ANNOTATION, message, remedy)
