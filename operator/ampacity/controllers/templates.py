"""Which template a pod was made of, as far as the pods themselves tell.

Deployments, StatefulSets and DaemonSets label their pods with the revision of
their template; a Job's template never changes. For a pool's replica that has
no pod yet, it is the pool's template as a whole.
"""

from __future__ import annotations

from collections.abc import Hashable

from ampacity.controllers.scene import Scene
from ampacity.core.ledger import VIRTUAL, Ledger
from ampacity.core.snapshot import Waiter
from ampacity.translate.pools.template import deployment_key
from ampacity.translate.records import PodRecord

Template = Hashable

_REVISIONS = ("pod-template-hash", "controller-revision-hash")


class Templates:
    """The templates of one scene's pods and pools."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._digests = {pool.key: pool.digest for pool in scene.pools}

    def of_pod(self, pod: PodRecord) -> tuple[Template, ...]:
        """The pod's own template and, if it is a pool's, that of the pool."""
        own = _own(pod)
        return (own, self._of_pool(pod.pool)) if pod.pool in self._digests else (own,)

    def of_waiter(self, waiter: Waiter) -> Template:
        """What a failure of this waiter would be a failure of."""
        pod = self._scene.pods.get(waiter.uid)
        return _own(pod) if pod is not None else self._of_pool(_pool_of(waiter))

    def under_way(self, ledger: Ledger) -> set[Template]:
        """Templates of which a pod has a place and is not bound yet, or is about to get one."""
        pods = [self._scene.pods[entry.uid] for entry in ledger.fence if entry.uid in self._scene.pods]
        found = {template for pod in (*pods, *self._scene.unbound) for template in self.of_pod(pod)}
        held = {(hold.controller, hold.site) for hold in ledger.holds}
        for pool in self._scene.pools:
            metadata = pool.obj["metadata"]
            namespace, name = metadata["namespace"], metadata["name"]
            if any(key == deployment_key(namespace, name, site) for key, site in held):
                found.add(self._of_pool(pool.key))
        return found

    def _of_pool(self, key: str) -> Template:
        return f"Pool/{key}", self._digests.get(key, "")


def _own(pod: PodRecord) -> Template:
    labels = dict(pod.shape.labels)
    revision = next((labels[key] for key in _REVISIONS if key in labels), "")
    return pod.controller, revision, pod.shape.gpu_units, pod.shape.requests


def _pool_of(waiter: Waiter) -> str:
    """ "namespace/name" of the pool whose replica this is."""
    return "/".join(waiter.uid.split("/")[1:3]) if waiter.uid.startswith(VIRTUAL) else ""
