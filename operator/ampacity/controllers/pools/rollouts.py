"""How a new template reaches a Deployment's pods: in their places, or beside them.

Usually a pod ends first and its successor starts in the same watts. But where a
successor would not be let in there (other accelerators, a closed site, a limit
below its load), ending pods would only lose them, one after the other. Then the
successors are surplus pods that wait for places of their own, and what runs
stays until they do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ampacity.controllers.pools.current import DeploymentRecord
from ampacity.controllers.scene import Scene
from ampacity.core.placement.succession import Place, Succession
from ampacity.core.snapshot import Shape, Snapshot
from ampacity.translate.pools.template import deployment_key
from ampacity.translate.profiles.profile import expand_accelerators
from ampacity.translate.records import PoolRecord


def surging(scene: Scene, snapshot: Snapshot) -> frozenset[str]:
    """Keys ("namespace/name") of the Deployments whose pods may end only once their successors run.

    Without a rollout under way nothing is decided anew.
    """
    pools = {pool.key: (pool.record, pool.digest) for pool in scene.pools if pool.record is not None}
    known = [(one, *pools[one.pool]) for one in scene.deployments if one.pool in pools]
    kept = [one for one, _, digest in known if one.surges and not one.rolls(digest)]
    rolling = [_Rollout(one, record) for one, record, digest in known if one.rolls(digest)]
    return frozenset(f"{one.namespace}/{one.name}" for one in (*kept, *_beside(rolling, scene, snapshot)))


@dataclass(frozen=True, slots=True)
class _Rollout:
    deployment: DeploymentRecord
    pool: PoolRecord


def _beside(rollouts: Sequence[_Rollout], scene: Scene, snapshot: Snapshot) -> Iterator[DeploymentRecord]:
    """Those whose successors would not be let in at the places of the pods there."""
    if not rollouts:
        return
    shapes = [_successor(one, scene) for one in rollouts]
    succession = Succession(snapshot, shapes)
    for one, shape in zip(rollouts, shapes, strict=True):
        if not succession.takes_over(shape, _places(one, scene)):
            yield one.deployment


def _successor(rollout: _Rollout, scene: Scene) -> Shape:
    """What a pod of the newest template asks for at this site."""
    shape = rollout.pool.shape
    known, unknown = expand_accelerators(shape.accelerators, scene.profiles)
    return replace(shape, sites=(rollout.deployment.site,), accelerators=(*known, *unknown))


def _places(rollout: _Rollout, scene: Scene) -> Iterator[Place]:
    pool, deployment = rollout.pool, rollout.deployment
    controller = deployment_key(pool.namespace, pool.name, deployment.site)
    for pod in scene.index.in_pool(deployment.pool):
        if pod.controller == controller and pod.node and not pod.waiting and not pod.terminating:
            yield Place(pod.shape, pod.node)
