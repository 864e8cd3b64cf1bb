"""The Gateway API's CRDs in a cluster, and what is looked at of the objects by which pools are reached."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from hack import gateway_crds
from hack.api import ApiError, Object
from hack.cluster import LocalCluster

_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
ROUTES = "/apis/gateway.networking.k8s.io/v1/namespaces/{}/httproutes"
INFERENCE_POOLS = "/apis/inference.networking.k8s.io/v1/namespaces/{}/inferencepools"
GATEWAYS = "/apis/gateway.networking.k8s.io/v1/namespaces/{}/gateways"
SERVICES = "/api/v1/namespaces/{}/services"
_LIMIT_S = 30


@contextmanager
def installed(cluster: LocalCluster) -> Iterator[None]:
    """All of the CRDs, for as long as the block lasts."""
    every = [file for module in gateway_crds.MODULES for file in gateway_crds.files(module)]
    install(cluster, every)
    try:
        yield
    finally:
        remove(cluster, every)


def install(cluster: LocalCluster, files: list[Path]) -> None:
    """Create the CRDs and wait until they are served."""
    for file in files:
        name = cluster.api.post(_CRDS, yaml.safe_load(file.read_text(encoding="utf-8")))["metadata"]["name"]
        deadline = time.monotonic() + _LIMIT_S
        while not _established(cluster.api.get(f"{_CRDS}/{name}")):
            assert time.monotonic() < deadline, f"{name} is not served after {_LIMIT_S} s"
            time.sleep(0.1)


def remove(cluster: LocalCluster, files: list[Path]) -> None:
    """Delete the CRDs, with all objects of theirs; those that are not there stay away."""
    for file in files:
        try:
            cluster.api.delete(
                f"{_CRDS}/{yaml.safe_load(file.read_text(encoding='utf-8'))['metadata']['name']}"
            )
        except ApiError as error:
            if error.status != 404:
                raise


def create(cluster: LocalCluster, namespace: str, *gateways: str) -> None:
    """Gateways with one listener, which nobody carries out."""
    for name in gateways:
        listener = {"name": "https", "port": 80, "protocol": "HTTP"}
        spec = {"gatewayClassName": "example", "listeners": [listener]}
        kind = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway"}
        cluster.api.post(GATEWAYS.format(namespace), {**kind, "metadata": {"name": name}, "spec": spec})


def says(cluster: LocalCluster, namespace: str, route: str, *verdicts: tuple[str, str, str, str]) -> None:
    """Write what a gateway's controller writes of a route: type, status, reason and message of conditions."""
    path = f"{ROUTES.format(namespace)}/{route}"
    (parent,) = cluster.api.get(path)["spec"]["parentRefs"]
    conditions = [
        {"type": kind, "status": status, "reason": reason, "message": message,
         "lastTransitionTime": "2026-11-23T08:00:00Z"}
        for kind, status, reason, message in verdicts
    ]  # fmt: skip
    told = {"parentRef": parent, "controllerName": "example.com/gateway", "conditions": conditions}
    cluster.api.patch(f"{path}/status", {"status": {"parents": [told]}})


def weights(cluster: LocalCluster, namespace: str, route: str) -> dict[str, int]:
    """The backends of a route and their weights, {} where it names none, or where there is no such route."""
    found = _found(cluster, ROUTES.format(namespace), route)
    refs = found["spec"]["rules"][0].get("backendRefs", ()) if found else ()
    return {f"{ref['kind']}/{ref['name']}": ref["weight"] for ref in refs}


def names(cluster: LocalCluster, path: str, namespace: str) -> set[str]:
    """Names of the objects of one kind; none where the kind is not served."""
    try:
        return set(cluster.api.names(path.format(namespace)))
    except ApiError as error:
        if error.status != 404:
            raise
        return set()


def _found(cluster: LocalCluster, path: str, name: str) -> Object | None:
    try:
        return cluster.api.get(f"{path}/{name}")
    except ApiError as error:
        if error.status != 404:
            raise
        return None


def _established(definition: Object) -> bool:
    conditions = definition.get("status", {}).get("conditions") or ()
    return any(one["type"] == "Established" and one["status"] == "True" for one in conditions)
