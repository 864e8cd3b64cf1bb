"""Pools and profiles, valid by default."""

from __future__ import annotations

from typing import Any

from ampacity.apis import GPUInferencePool, read
from ampacity.translate.records import Profile

CREATED = "2026-11-23T08:00:00Z"


def pool_object(name: str = "chat", **spec: Any) -> dict[str, Any]:
    template = {"spec": {"containers": [{"name": "server", "image": "vllm"}]}}
    return {
        "apiVersion": "ampacity.io/v1alpha1",
        "kind": "GPUInferencePool",
        "metadata": {
            "name": name, "namespace": "ai", "uid": "uid-chat", "generation": 1,
            "creationTimestamp": CREATED, "resourceVersion": "7",
        },
        "spec": {"replicas": 2, "template": template, **spec},
    }  # fmt: skip


def pool(name: str = "chat", **spec: Any) -> GPUInferencePool:
    model, problems = read(GPUInferencePool, pool_object(name, **spec))
    assert model is not None, problems
    return model


def profile(name: str = "hgx-h200", resource: str = "nvidia.com/gpu", family: str = "h200") -> Profile:
    return Profile(
        name, 1, (resource, f"{resource.split('/')[0]}/mig-*"), (name,), (), {}, 8, 700_000, 2_000_000, 0,
        10_000_000, 0, 0, False, None, family=family,
    )  # fmt: skip
