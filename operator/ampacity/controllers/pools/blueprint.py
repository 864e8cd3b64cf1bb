"""The Deployment of one pool at one site, as server-side apply wants it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ampacity import names
from ampacity.apis import GPUInferencePool
from ampacity.translate.pools.owned import MADE_BY_US, owner
from ampacity.translate.pools.template import deployment_name

TEMPLATE_HASH = "ampacity.io/template-hash"
"""Annotation of our Deployments: of which template they were made."""

_LAYOUT = 1
"""To be raised when `blueprint` changes, so that existing Deployments follow."""


IN_PLACE = {"maxSurge": 0, "maxUnavailable": "25%"}
"""A rollout replaces pods within the watts they have: surplus pods would wait at a full rack for ever."""

SURGING = {"maxSurge": "25%", "maxUnavailable": 0}
"""A rollout ends a pod only once its successor runs, in a place of its own."""


def blueprint(
    pool: GPUInferencePool,
    template: Mapping[str, Any],
    digest: str,
    site: str,
    replicas: int,
    surges: bool = False,
) -> dict[str, Any]:
    """Everything of the Deployment that is ours. `digest`: of `template`, which knows no site.

    `surges`: its pods' successors could not take over their places.
    """
    labels = {names.POOL: pool.metadata.name, names.SITE: site}
    metadata = template.get("metadata") or {}
    at_site = {**template, "metadata": {**metadata, "labels": {**metadata.get("labels", {}), **labels}}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": deployment_name(pool.metadata.name, site),
            "namespace": pool.metadata.namespace,
            "labels": {**labels, **MADE_BY_US},
            "annotations": {TEMPLATE_HASH: digest},
            "ownerReferences": [owner(pool)],
        },
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": SURGING if surges else IN_PLACE},
            "template": at_site,
        },
    }


def digest_of(template: Mapping[str, Any]) -> str:
    """Tells one template from another, and one way of making Deployments of them from the next."""
    text = json.dumps([_LAYOUT, template], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
