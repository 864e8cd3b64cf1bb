"""Freeing a Deployment's template without restarting one pod.

A Deployment whose template changes rolls out: its controller looks for a
ReplicaSet with an equal template, finds none, and makes one. So the ReplicaSet
is changed as well, while the Deployment is paused, and the Deployment resumed
only when its controller has seen both:

1. pause: it makes no ReplicaSet any more; seen when `observedGeneration` follows
2. free the templates of the ReplicaSets
3. free the Deployment's, with a new word in an annotation. The controller copies
   annotations to the ReplicaSet whose template equals the Deployment's: when the
   word arrives there, it has seen them equal
4. resume

The annotation also remembers whether somebody had paused it before. After an
interruption at any point, the same steps from the first lead to the end.

An older ReplicaSet without pods that would come to equal the present one (it
differed by the lane only) is deleted: the controller takes the oldest that is
equal. One with pods is part of a rollout under way, and left as it is.
"""

from __future__ import annotations

import uuid
from typing import Any

from ampacity import names
from ampacity.cli.fetch.pages import every
from ampacity.cli.removal.editing import Stuck, delete, edit, until
from ampacity.cli.removal.owners import orphan, owners
from ampacity.cli.removal.replica_sets import has_pods, query, sort_out
from ampacity.cli.removal.templates import freed, same_pods, waits, without_annotations
from ampacity.cli.removal.workloads import DEPLOYMENT, REPLICA_SET
from ampacity.cluster.client import Client, Guard

Json = dict[str, Any]

MARK = f"{names.GROUP}/handing-back"
_OURS_TO_RESUME, _PAUSED_BEFORE = "resume", "leave-paused"


class HandBack:
    """Frees one Deployment. `ours`: it is a pool's, so its owner and our annotations go too."""

    def __init__(
        self, client: Client, namespace: str, name: str, *, ours: bool, guard: Guard, patience: float
    ) -> None:
        self._client, self._namespace, self._ours = client, namespace, ours
        self._path, self._what = DEPLOYMENT.path(namespace, name), f"Deployment {namespace}/{name}"
        self._guard, self._patience = guard, patience
        self._word = uuid.uuid4().hex[:8]

    async def run(self) -> None:
        """Do it. Raises ApiError and Stuck; the Deployment may then be left paused, as its mark says."""
        paused = await edit(self._client, self._path, self._pause, self._guard)
        await self._seen(paused)
        under_way = await self._free_replica_sets(paused)
        changed = await edit(self._client, self._path, self._free, self._guard)
        await self._found(changed)
        resumed = await edit(self._client, self._path, self._resume, self._guard)
        await self._seen(resumed)
        await self._clear_marks(resumed)
        if under_way:
            raise Stuck(f"{self._what} is in a rollout; run this command again when it is over")

    def _pause(self, deployment: Json) -> Json:
        metadata, spec = deployment["metadata"], deployment["spec"]
        annotations = metadata.setdefault("annotations", {})
        before = _PAUSED_BEFORE if spec.get("paused") else _OURS_TO_RESUME
        memory = annotations[MARK].partition(" ")[0] if MARK in annotations else before
        annotations[MARK] = f"{memory} pausing-{self._word}"
        spec["paused"] = True
        if self._ours:
            orphan(metadata)
        return deployment

    def _free(self, deployment: Json) -> Json:
        annotations = deployment["metadata"]["annotations"]
        annotations[MARK] = f"{annotations[MARK].partition(' ')[0]} freed-{self._word}"
        deployment["spec"]["template"] = freed(deployment["spec"]["template"], ours=self._ours)
        return deployment

    def _resume(self, deployment: Json) -> Json:
        metadata = deployment["metadata"]
        mark = metadata["annotations"].pop(MARK, _OURS_TO_RESUME)
        deployment["spec"]["paused"] = mark.startswith(_PAUSED_BEFORE)
        if self._ours:
            without_annotations(metadata)
        return deployment

    async def _seen(self, deployment: Json) -> None:
        """Wait until the Deployment controller has seen this version."""
        generation = deployment["metadata"]["generation"]

        async def look() -> bool:
            status = (await self._client.get(self._path)).get("status") or {}
            return bool(status.get("observedGeneration", 0) >= generation)

        await until(look, f"the Deployment controller did not look at {self._what}", self._patience)

    async def _found(self, deployment: Json) -> None:
        """Wait until the controller has seen the ReplicaSet that equals the Deployment, if one does."""
        word = deployment["metadata"]["annotations"][MARK]

        async def look() -> bool:
            template = deployment["spec"]["template"]
            equal = [s for s in await self._sets(deployment) if same_pods(s["spec"]["template"], template)]
            marks = [(s["metadata"].get("annotations") or {}).get(MARK) for s in equal]
            return not equal or word in marks

        await until(look, f"the Deployment controller did not find the pods of {self._what}", self._patience)

    async def _free_replica_sets(self, deployment: Json) -> bool:
        """Free what is left of its ReplicaSets; whether one was left because a rollout is under way."""
        found = sort_out(deployment, await self._sets(deployment), ours=self._ours)
        for one in found.to_free:
            await edit(self._client, _path(one), self._free_set, self._guard)
        for twin in found.twins:
            if not has_pods(twin):
                await delete(self._client, _path(twin), twin, self._guard)
        return any(has_pods(twin) and waits(twin["spec"]["template"]) for twin in found.twins)

    def _free_set(self, replica_set: Json) -> Json:
        replica_set["spec"]["template"] = freed(replica_set["spec"]["template"], ours=self._ours)
        return replica_set

    async def _clear_marks(self, deployment: Json) -> None:
        """The controller has copied the annotations that are gone now; it does not take them back."""
        for found in await self._sets(deployment):
            await edit(self._client, _path(found), self._cleared, self._guard)

    def _cleared(self, replica_set: Json) -> Json:
        (replica_set["metadata"].get("annotations") or {}).pop(MARK, None)
        if self._ours:
            without_annotations(replica_set["metadata"])
        return replica_set

    async def _sets(self, deployment: Json) -> list[Json]:
        selector = {"labelSelector": query(deployment["spec"]["selector"])}
        found = await every(self._client, REPLICA_SET.path(self._namespace), selector)
        uid = deployment["metadata"]["uid"]
        return [one for one in found if any(o["uid"] == uid for o in owners(one["metadata"]))]


def _path(replica_set: Json) -> str:
    metadata = replica_set["metadata"]
    return REPLICA_SET.path(metadata["namespace"], metadata["name"])
