"""Deployments as the reconciler sees them."""

from __future__ import annotations

from typing import Any

from ampacity.controllers.pools.blueprint import blueprint
from ampacity.controllers.pools.current import read_deployment
from tests.unit.controllers.pools.builders import pool


def deployment(**status: Any) -> dict[str, Any]:
    template = {"metadata": {}, "spec": {"containers": []}}
    body = blueprint(pool(), template, "digest", "milan", 3)
    metadata = {**body["metadata"], "uid": "d1", "resourceVersion": "12", "generation": 4}
    return {**body, "metadata": metadata, "status": status}


def test_what_was_written_is_read_back() -> None:
    record = read_deployment(deployment(observedGeneration=4, replicas=3, readyReplicas=2))
    assert record is not None
    assert (record.pool, record.site, record.owner) == ("ai/chat", "milan", "uid-chat")
    assert (record.replicas, record.pods, record.ready, record.settled) == (3, 3, 2, True)
    assert record.template_hash == "digest"


def test_a_new_deployment_has_not_settled() -> None:
    record = read_deployment(deployment())
    assert record is not None and not record.settled and record.ready == 0


def test_why_pods_cannot_be_created_is_kept() -> None:
    conditions = [{"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}]
    record = read_deployment(deployment(conditions=conditions))
    assert record is not None and record.failure == "exceeded quota"


def test_a_deployment_without_our_labels_is_nobodys() -> None:
    other = deployment()
    del other["metadata"]["labels"]["ampacity.io/site"]
    assert read_deployment(other) is None
