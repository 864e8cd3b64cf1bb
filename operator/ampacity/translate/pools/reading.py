"""A pool object read in full: the model, its pod template and the planner's record, or every fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ampacity.apis import GPUInferencePool, read
from ampacity.core.site import Problem
from ampacity.translate.models.records import Model
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.pools.accelerators import unknown_accelerators
from ampacity.translate.pools.pool import pool_record
from ampacity.translate.pools.readable import unreadable_parts
from ampacity.translate.pools.serving import with_template
from ampacity.translate.pools.template import Json, render_template
from ampacity.translate.pools.wish import wish_of
from ampacity.translate.records import PoolRecord, Profile


@dataclass(frozen=True, slots=True)
class PoolRead:
    """A pool that is without fault. `template`: as its Deployments carry it."""

    model: GPUInferencePool
    template: Json
    record: PoolRecord


def read_pool(
    obj: Mapping[str, Any],
    profiles: Sequence[Profile],
    reader: PodReader,
    *,
    deployed: int = 0,
    fast_lane: bool = True,
    models: Sequence[Model] = (),
) -> tuple[PoolRead | None, tuple[Problem, ...]]:
    """The pool, or what is wrong with it. `deployed`: replicas that its Deployments ask for together.

    `fast_lane`: as in `render_template`; it makes no difference to the record. `models`: those in force.
    """
    model, problems = read(GPUInferencePool, obj)
    if model is None:
        return None, problems
    problems = unknown_accelerators(model.spec.accelerators or (), profiles)
    if model.spec.template is not None:
        problems = unreadable_parts(model.pod_template(), reader) + problems
    if problems:
        return None, problems
    model, problems = with_template(model, models, profiles)
    if model is None:
        return None, problems
    rendered = render_template(model, profiles, fast_lane=fast_lane)
    if rendered.template is None:
        return None, rendered.problems
    record = pool_record(model, rendered.template, reader, deployed=deployed)
    wish, problems = wish_of(model, record, models, profiles)
    if problems:
        return None, problems
    return PoolRead(model, rendered.template, replace(record, wish=wish)), ()
