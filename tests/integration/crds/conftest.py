"""The generated CRDs and the admission policy on a real API server.

A control plane of its own: other tests install the same kinds with Helm, which
takes over nothing that it did not make.
"""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hack.api import ApiError
from hack.cluster import Cluster, new
from hack.generate import ROOT
from tests.builders.resources import envelope, rack

KINDS = "/apis/ampacity.io/v1alpha1"
_ACTIVE_WITHIN = 30.0  # seconds in which a fresh policy takes effect; usually one or two

Refusal = Callable[[dict[str, Any]], str]


@pytest.fixture(scope="package")
def api_server() -> Iterator[Cluster]:
    """A control plane with our kinds established and the policy in force."""
    with new(f"crds-{os.getpid()}") as cluster:
        cluster.kubectl("apply", "-f", str(ROOT / "crds"))
        cluster.kubectl("wait", "--for=condition=Established", "--timeout=30s", "crd", "--all")
        _wait_for_policy(cluster)
        yield cluster


@pytest.fixture
def refusal(api_server: Cluster) -> Refusal:
    """The message with which the API server refuses an envelope (dry run); "" if it takes it."""

    def ask(obj: dict[str, Any]) -> str:
        try:
            api_server.api.request("POST", f"{KINDS}/sitepowerenvelopes", obj, {"dryRun": "All"})
        except ApiError as error:
            return str(error)
        return ""

    return ask


def _wait_for_policy(cluster: Cluster) -> None:
    """Until the policy refuses what only it can refuse."""
    deadline = time.monotonic() + _ACTIVE_WITHIN
    unfed = envelope(racks=[rack(power=[])])
    while time.monotonic() < deadline:
        try:
            cluster.api.request("POST", f"{KINDS}/sitepowerenvelopes", unfed, {"dryRun": "All"})
        except ApiError:
            return
        time.sleep(0.2)
    raise TimeoutError(f"the admission policy took no effect within {_ACTIVE_WITHIN:g} s")
