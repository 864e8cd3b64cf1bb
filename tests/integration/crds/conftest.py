"""The generated CRDs and admission policies on a real API server.

A control plane of its own: other tests install the same kinds with Helm, which
takes over nothing that it did not make.
"""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ampacity.apis.depth import DEEPEST
from hack.api import ApiError
from hack.cluster import Cluster, new
from hack.generate import ROOT
from tests.builders.resources import envelope, pool, rack

KINDS = "/apis/ampacity.io/v1alpha1"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_ACTIVE_WITHIN = 30.0  # seconds in which a fresh policy takes effect; usually one or two

Refusal = Callable[[dict[str, Any]], str]


@pytest.fixture(scope="package")
def api_server() -> Iterator[Cluster]:
    """A control plane with our kinds established and the policies in force."""
    with new(f"crds-{os.getpid()}") as cluster:
        cluster.kubectl("apply", "-f", str(ROOT / "crds"))
        cluster.kubectl("wait", "--for=condition=Established", "--timeout=30s", "crd", "--all")
        _wait_for_policies(cluster)
        yield cluster


@pytest.fixture
def refusal(api_server: Cluster) -> Refusal:
    """The message with which the API server refuses an envelope or a pool (dry run); "" if it takes it."""
    pools = f"{KINDS}/namespaces/default/gpuinferencepools"

    def ask(obj: dict[str, Any]) -> str:
        path = pools if obj["kind"] == "GPUInferencePool" else f"{KINDS}/sitepowerenvelopes"
        try:
            api_server.api.request("POST", path, obj, {"dryRun": "All"})
        except ApiError as error:
            return str(error)
        return ""

    return ask


def _wait_for_policies(cluster: Cluster) -> None:
    """Until each policy refuses what only it can refuse."""
    unfed, rehearsed = envelope(racks=[rack(power=[])]), {"dryRun": "All"}
    _until_refused(lambda: cluster.api.request("POST", f"{KINDS}/sitepowerenvelopes", unfed, rehearsed))
    pools, deep = f"{KINDS}/namespaces/default/gpuinferencepools", pool(template=nested(DEEPEST))
    _until_refused(lambda: cluster.api.request("POST", pools, deep, rehearsed))
    _until_refused(lambda: cluster.api.delete(f"{CRDS}/gpuinferencepools.ampacity.io", **rehearsed))


def nested(levels: int) -> dict[str, Any]:
    """A pod template whose affinity consists of so many objects below each other."""
    value: Any = "x"
    for _ in range(levels):
        value = {"a": value}
    return {"spec": {"containers": [{"name": "main", "image": "server"}], "affinity": value}}


def _until_refused(ask: Callable[[], object]) -> None:
    deadline = time.monotonic() + _ACTIVE_WITHIN
    while time.monotonic() < deadline:
        try:
            ask()
        except ApiError:
            return
        time.sleep(0.2)
    raise TimeoutError(f"an admission policy took no effect within {_ACTIVE_WITHIN:g} s")
