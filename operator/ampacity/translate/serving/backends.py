"""What stands behind routes: a Service per site and one for all, and an InferencePool per site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ampacity.apis import GPUInferencePool
from ampacity.apis.pool_serving import EndpointPicker, PoolServing
from ampacity.core.site import Problem
from ampacity.translate.serving import naming
from ampacity.translate.serving.objects import INFERENCE_POOL, SERVICE, Json, Served, selector, served

_LONGEST_LABEL = 63


def port_of(pool: GPUInferencePool) -> int | None:
    """The port of the pool's server: as stated, else the first that its first container names."""
    stated = (pool.spec.serving or PoolServing()).port
    if stated is not None:
        return stated
    containers = pool.pod_template().get("spec", {}).get("containers") or [{}]
    ports = containers[0].get("ports") or ()
    found = [port.get("containerPort") for port in ports if isinstance(port, dict)]
    return next((number for number in found if isinstance(number, int)), None)


def problem_of(pool: GPUInferencePool) -> Problem | None:
    """Why nothing can be made for the pool, though it asks for it."""
    if pool.spec.serving is None or port_of(pool) is not None:
        return None
    said = "nothing says at which port the server listens"
    return Problem("spec.serving.port", said, "state it here, or as the first port of the first container")


def backends(pool: GPUInferencePool, port: int, sites: Iterable[str], *, inference: bool) -> Iterator[Served]:
    """Everything but the routes. `inference`: whether InferencePools can be made."""
    name = pool.metadata.name
    yield served(pool, SERVICE, naming.pool_service(name), _service(selector(pool), port))
    for site in sorted(sites):
        here = naming.site_object(name, site)
        yield served(pool, SERVICE, here, _service(selector(pool, site), port), site)
        if inference:
            yield served(pool, INFERENCE_POOL, here, _inference_pool(pool, site, port), site)


def _service(chosen: dict[str, str], port: int) -> Json:
    open_ = {"name": "http", "protocol": "TCP", "appProtocol": "http", "port": port, "targetPort": port}
    return {"type": "ClusterIP", "selector": chosen, "ports": [open_]}


def _inference_pool(pool: GPUInferencePool, site: str, port: int) -> Json:
    picker = (pool.spec.serving or PoolServing()).endpoint_picker or EndpointPicker()
    return {
        "selector": {"matchLabels": selector(pool, site)},
        "targetPorts": [{"number": port}],
        "endpointPickerRef": {
            "group": "",
            "kind": "Service",
            "name": picker_name(picker, pool.metadata.name, site),
            "port": {"number": picker.port},
            "failureMode": picker.failure_mode,
        },
    }


def picker_name(picker: EndpointPicker, pool: str, site: str) -> str:
    """The Service of the picker for one site."""
    if picker.name is None:
        return f"{naming.site_object(pool, site)}-epp"
    return picker.name.replace("{pool}", pool).replace("{site}", site)
