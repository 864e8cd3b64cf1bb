"""The removal itself, step by step; each step may be done again, so an interruption costs nothing.

Templates come before pods: a pod freed or deleted first could be followed by
another that waits. What one object refuses is noted, and the others go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

from ampacity.cli.removal.editing import NOT_FOUND, Stuck, edit, until
from ampacity.cli.removal.reached import release
from ampacity.cli.removal.rollouts import HandBack
from ampacity.cli.removal.survey import CRDS, Survey, of_pool, waiting_pods
from ampacity.cli.removal.templates import freed, gates
from ampacity.cli.removal.waiting import Waiting
from ampacity.cli.removal.workloads import DEPLOYMENT, Way, Workload
from ampacity.cli.render.table import counted
from ampacity.cluster.client import Client, Guard
from ampacity.cluster.errors import ApiError, NotAllowed
from ampacity.names import ALLOW_DELETION, GATE

Json = dict[str, Any]
Say = Callable[[str], None]
Work = Coroutine[Any, Any, bool]

_AT_ONCE = 8
_APPS = "/apis/apps/v1"
_ROUNDS = 10


class Steps:
    """Hands everything back. `problems`: what could not be done, in words. `patience`: seconds."""

    def __init__(self, client: Client, guard: Guard, say: Say, patience: float = 60.0) -> None:
        self._client, self._guard, self._say, self._patience = client, guard, say, patience
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._handed_back = 0
        self.problems: list[str] = []

    async def deployments(self, found: Sequence[Json]) -> None:
        """Free the templates of these Deployments without restarting a pod."""
        await self._each(self._hand_back(one, len(found)) for one in found)

    async def reached(self, found: Sequence[str]) -> None:
        """Leave what pools are reached by as it is, and take it from them."""
        released = await self._each(release(self._client, one, self._guard) for one in found)
        if released:
            self._say(f"{counted(released, 'object')} by which pools are reached taken from them; they stay")

    async def templates(self, found: Iterable[Workload]) -> None:
        """Free other people's templates, as far as nothing restarts by it."""
        await self._each(self._free_template(one) for one in found)

    async def pods(self) -> None:
        """Free what waits, and what comes to wait meanwhile, until nothing is left that can be freed."""
        waiting = Waiting(self._client, self._guard)
        freed_pods = replaced = 0
        for _ in range(_ROUNDS):
            pods = await waiting_pods(self._client)
            gated = [pod for pod in pods if GATE in gates(pod["spec"])]
            others = [pod for pod in pods if pod not in gated and await waiting.replaceable(pod)]
            freed_now = await self._each(waiting.free(pod) for pod in gated)
            replaced_now = await self._each(waiting.replace(pod) for pod in others)
            freed_pods, replaced = freed_pods + freed_now, replaced + replaced_now
            if not freed_now and not replaced_now:
                break
        if freed_pods:
            self._say(f"{counted(freed_pods, 'waiting pod')} freed of the gate {GATE}")
        if replaced:
            self._say(f"{counted(replaced, 'waiting pod')} deleted, for their controllers to make anew")

    async def crds(self, found: Survey) -> None:
        """Delete the CRDs with all objects of our kinds, then what was kept for them, and their policies."""
        if found.owned or found.reached:
            many = counted(len(found.owned) + len(found.reached), "object")
            self.problems.append(f"the CRDs stay: {many} would go with them; run this command again")
            return
        await self._each(self._delete_crd(crd["metadata"]["name"], found) for crd in found.crds)
        if not self.problems:
            await self.remove(in_namespace(_APPS, one, "controllerrevisions") for one in found.records)
            await self.remove(found.policies)

    async def remove(self, paths: Iterable[str]) -> None:
        """Delete objects, in this order."""
        for path in paths:
            await self._each([self._remove(path)])

    async def _each(self, works: Iterable[Work]) -> int:
        """How many of them said that they have done something."""
        return sum(await asyncio.gather(*map(self._safely, works)))

    async def _safely(self, work: Work) -> bool:
        async with self._slots:
            try:
                return await work
            except NotAllowed:
                raise
            except (ApiError, Stuck) as error:
                self.problems.append(str(error))
                return False

    async def _hand_back(self, deployment: Json, total: int) -> bool:
        metadata = deployment["metadata"]
        await self._rollout(metadata["namespace"], metadata["name"], ours=of_pool(deployment))
        ready = (deployment.get("status") or {}).get("readyReplicas", 0)
        self._handed_back += 1
        name = f"Deployment {metadata['namespace']}/{metadata['name']}"
        self._say(f"[{self._handed_back} of {total}] {name} handed back; {_run_on(ready)}")
        return True

    async def _free_template(self, workload: Workload) -> bool:
        if workload.kind is DEPLOYMENT:
            await self._rollout(workload.namespace, workload.name, ours=False)
        elif workload.way is Way.EDIT:
            await edit(self._client, workload.path, lambda obj: _freed(workload, obj), self._guard)
        else:
            return False
        self._say(f"{workload.full_name}: its template is free; nothing restarts")
        return True

    async def _rollout(self, namespace: str, name: str, *, ours: bool) -> None:
        work = HandBack(self._client, namespace, name, ours=ours, guard=self._guard, patience=self._patience)
        await work.run()

    async def _delete_crd(self, name: str, found: Survey) -> bool:
        path = f"{CRDS}/{name}"
        allowed = {"metadata": {"annotations": {ALLOW_DELETION: "true"}}}
        await self._client.patch(path, allowed, guard=self._guard)
        await self._client.delete(path, guard=self._guard)

        async def gone() -> bool:
            try:
                await self._client.get(path)
            except ApiError as error:
                return error.status == NOT_FOUND
            return False

        await until(gone, f"{name} and its objects did not go", self._patience)
        self._say(f"{name} deleted, and {counted(found.objects[name], 'object')} with it")
        return True

    async def _remove(self, path: str) -> bool:
        try:
            await self._client.delete(path, guard=self._guard)
        except ApiError as error:
            if error.status != NOT_FOUND:
                raise
            return False
        kind, name = path.split("/")[-2:]
        self._say(f"{kind}/{name} deleted")
        return True


def _freed(workload: Workload, obj: Json) -> Json:
    return workload.kind.with_template(obj, freed(workload.kind.template_of(obj)))


def _run_on(pods: int) -> str:
    return f"{counted(pods, 'pod')} {'runs' if pods == 1 else 'run'} on"


def in_namespace(group: str, obj: Json, plural: str) -> str:
    """Where an object of a namespace is."""
    metadata = obj["metadata"]
    return f"{group}/namespaces/{metadata['namespace']}/{plural}/{metadata['name']}"
