"""What all model servers have in common: one container that speaks HTTP, its probes, its shared memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ampacity.apis.pool_model import PoolModel
from ampacity.translate.models.records import Fit, Model

Json = dict[str, Any]
PORT = 8000
LONGEST = 32_768
"""Tokens of one request, unless the pool's own arguments say otherwise: a model's longest context may
not fit beside its weights, and then a server does not start."""

CACHE_IN_8_BITS = ("FP8", "FP4")
"""Precisions beside which the KV cache is kept in 8 bits, as the figures of profiles count on."""

_HEALTH: Json = {"httpGet": {"path": "/health", "port": "http"}}
_SHARED_MEMORY = "8Gi"
_PROBES: Json = {
    # Weights come over the network first; a server that has an hour and is not up by then never will be.
    "startupProbe": {**_HEALTH, "periodSeconds": 10, "failureThreshold": 360},
    "readinessProbe": {**_HEALTH, "periodSeconds": 5, "timeoutSeconds": 5},
    "livenessProbe": {**_HEALTH, "periodSeconds": 10, "timeoutSeconds": 10, "failureThreshold": 6},
}


@dataclass(frozen=True, slots=True)
class Engine:
    """One kind of model server.

    `image`: for NVIDIA GPUs. `command`: what starts it on what it is to load. `arguments`: by the model and
    the fit. `converts`: the precisions to which it brings weights as it loads them.
    """

    image: str
    command: Callable[[str], list[str]]
    arguments: Callable[[Model, Fit], list[str]]
    converts: frozenset[str]


def loaded(model: Model, fit: Fit) -> str:
    """What servers load: the weights of this precision where they are a checkpoint of their own."""
    return fit.checkpoint or model.served


def longest(model: Model) -> int:
    """Tokens that one request may have."""
    return min(model.context, LONGEST)


def stages(fit: Fit) -> int:
    """Pipeline stages: the GPUs that tensor parallelism leaves over."""
    return fit.gpus // fit.tensor_parallel


def pod_template(engine: Engine, model: Model, fit: Fit, asked: PoolModel) -> Json:
    """The pod of one replica, without its GPUs, which the pool asks for."""
    container: Json = {
        "name": "server",
        "image": asked.image or engine.image,
        "command": engine.command(loaded(model, fit)),
        "args": [*engine.arguments(model, fit), *(asked.args or ())],
        "ports": [{"name": "http", "containerPort": PORT}],
        **_PROBES,
        "volumeMounts": [{"name": "shared-memory", "mountPath": "/dev/shm"}],
    }
    if asked.secret:
        container["envFrom"] = [{"secretRef": {"name": asked.secret}}]
    memory = {"name": "shared-memory", "emptyDir": {"medium": "Memory", "sizeLimit": _SHARED_MEMORY}}
    return {"spec": {"containers": [container], "volumes": [memory]}}
