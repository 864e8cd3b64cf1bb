"""Deployments of pools as they are: the few fields that the reconciler compares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ampacity import names
from ampacity.controllers.pools.blueprint import SURGING, TEMPLATE_HASH

PATH = "/apis/apps/v1/deployments"
"""All Deployments; those of pools carry the label `names.POOL`."""


@dataclass(frozen=True, slots=True)
class DeploymentRecord:
    """A Deployment of a pool. `pool`: "namespace/name"; `owner`: uid of its controller.

    `settled`: its controller has seen the newest spec. `pods`: pods it has,
    terminating ones not included, `updated` of them of the newest template.
    `surges`: a pod is ended only once its successor runs. `failure`: why it
    cannot create pods, "" if it can.
    """

    uid: str
    resource_version: str
    namespace: str
    name: str
    pool: str
    site: str
    owner: str
    generation: int
    template_hash: str
    replicas: int
    settled: bool
    pods: int
    ready: int
    failure: str = ""
    updated: int = 0
    surges: bool = False

    def outdated(self, digest: str) -> int:
        """How many of its pods are not of the template with this digest, or may not be."""
        newest = self.template_hash == digest and self.settled
        return max(0, self.pods - self.updated) if newest else self.pods

    def rolls(self, digest: str) -> bool:
        """Whether its pods are to be of another template, as far as its controller has said."""
        return self.template_hash != digest or self.pods > self.updated


def read_deployment(obj: Mapping[str, Any]) -> DeploymentRecord | None:
    """A Deployment object as a record; None if it has no pool and site."""
    metadata, spec, status = obj["metadata"], obj.get("spec") or {}, obj.get("status") or {}
    labels = metadata.get("labels") or {}
    if names.POOL not in labels or names.SITE not in labels:
        return None
    owners = [owner["uid"] for owner in metadata.get("ownerReferences") or () if owner.get("controller")]
    generation = metadata.get("generation", 0)
    return DeploymentRecord(
        uid=metadata["uid"],
        resource_version=metadata["resourceVersion"],
        namespace=metadata["namespace"],
        name=metadata["name"],
        pool=f"{metadata['namespace']}/{labels[names.POOL]}",
        site=labels[names.SITE],
        owner=owners[0] if owners else "",
        generation=generation,
        template_hash=(metadata.get("annotations") or {}).get(TEMPLATE_HASH, ""),
        replicas=spec.get("replicas", 1),
        settled=status.get("observedGeneration", 0) >= generation,
        pods=status.get("replicas", 0),
        ready=status.get("readyReplicas", 0),
        failure=_failure(status),
        updated=status.get("updatedReplicas", 0),
        surges=_surges(spec),
    )


def replicas_by_pool(deployments: Iterable[DeploymentRecord]) -> Counter[str]:
    """What the Deployments of each pool ask for together."""
    total: Counter[str] = Counter()
    for deployment in deployments:
        total[deployment.pool] += deployment.replicas
    return total


def _surges(spec: Mapping[str, Any]) -> bool:
    rolling = (spec.get("strategy") or {}).get("rollingUpdate") or {}
    return bool(rolling.get("maxUnavailable") == SURGING["maxUnavailable"])


def _failure(status: Mapping[str, Any]) -> str:
    for condition in status.get("conditions") or ():
        if condition["type"] == "ReplicaFailure" and condition["status"] == "True":
            return str(condition.get("message") or condition.get("reason") or "")
    return ""
