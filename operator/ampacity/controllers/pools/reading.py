"""Pool objects as the planner and the reconciler need them; each version of an object is read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ampacity.apis import GPUInferencePool
from ampacity.controllers.pools.blueprint import digest_of
from ampacity.controllers.stores import Object
from ampacity.core.site import Problem
from ampacity.translate.models.records import Model
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.pools.reading import read_pool
from ampacity.translate.records import PoolRecord, Profile
from ampacity.translate.telemetry import Readings, with_readings


@dataclass(frozen=True, slots=True)
class PoolScene:
    """A pool as last seen. `model`, `template` and `record` are None if `problems` says why."""

    obj: Object
    problems: tuple[Problem, ...] = ()
    model: GPUInferencePool | None = None
    template: Mapping[str, Any] | None = None
    digest: str = ""
    record: PoolRecord | None = None

    @property
    def key(self) -> str:
        """ "namespace/name"."""
        metadata = self.obj["metadata"]
        return f"{metadata['namespace']}/{metadata['name']}"


class PoolReading:
    """Reads pools; what was read stays until the object, the profiles or the models change."""

    def __init__(self, reader: PodReader, *, fast_lane: bool = True) -> None:
        self._reader, self._fast_lane = reader, fast_lane
        self._known: dict[str, tuple[int, tuple[Profile, ...], tuple[Model, ...], PoolScene]] = {}

    def read(
        self,
        objects: Iterable[Object],
        profiles: tuple[Profile, ...],
        deployed: Mapping[str, int],
        models: tuple[Model, ...] = (),
    ) -> tuple[PoolScene, ...]:
        """`deployed`: replicas that the Deployments of each pool ask for together, by pool key."""
        scenes = [self._scene(obj, profiles, models) for obj in objects]
        present = {scene.obj["metadata"]["uid"] for scene in scenes}
        self._known = {uid: known for uid, known in self._known.items() if uid in present}
        return tuple(_deployed(scene, deployed.get(scene.key, 0)) for scene in scenes)

    def _scene(self, obj: Object, profiles: tuple[Profile, ...], models: tuple[Model, ...]) -> PoolScene:
        uid, generation = obj["metadata"]["uid"], obj["metadata"]["generation"]
        known = self._known.get(uid)
        if known is not None and known[0] == generation and known[1] is profiles and known[2] is models:
            return replace(known[3], obj=obj)
        scene = self._read(obj, profiles, models)
        self._known[uid] = (generation, profiles, models, scene)
        return scene

    def _read(self, obj: Object, profiles: Sequence[Profile], models: Sequence[Model]) -> PoolScene:
        pool, problems = read_pool(obj, profiles, self._reader, fast_lane=self._fast_lane, models=models)
        if pool is None:
            return PoolScene(obj, problems)
        return PoolScene(obj, (), pool.model, pool.template, digest_of(pool.template), pool.record)


def measured(scenes: Iterable[PoolScene], readings: Readings) -> tuple[PoolScene, ...]:
    """The same, with demand as telemetry has it."""
    return tuple(_measured(scene, readings) for scene in scenes)


def _measured(scene: PoolScene, readings: Readings) -> PoolScene:
    if scene.record is None:
        return scene
    wish = with_readings(scene.record.wish, readings)
    return scene if wish is scene.record.wish else replace(scene, record=replace(scene.record, wish=wish))


def _deployed(scene: PoolScene, replicas: int) -> PoolScene:
    if scene.record is None or scene.record.deployed == replicas:
        return scene
    return replace(scene, record=replace(scene.record, deployed=replicas))
