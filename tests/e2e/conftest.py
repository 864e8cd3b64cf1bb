"""The product as users get it: the chart installed, the operator running with the chart's rights, and an
auditor that watches every moment. A test that uses `recorder` fails at its end if the auditor found anything.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ampacity.audit.recorder import Recorder
from hack import audit_log, chart
from hack.api import ApiError
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess

_HOLDS = f"/api/v1/namespaces/{chart.NAMESPACE}/configmaps/ampacity-holds"


@pytest.fixture(scope="session")
def installed(cluster: LocalCluster) -> Iterator[LocalCluster]:
    """The chart, installed once; no operator runs yet. In the end, no call of any operator was refused."""
    cluster.reset()
    chart.install(cluster)
    yield cluster
    seen = audit_log.requests(cluster.audit_log, chart.user(), chart.RELEASE)
    assert {(request.verb, request.uri) for request in seen if not request.allowed} == set()


@pytest.fixture
def stage(installed: LocalCluster) -> LocalCluster:
    """The installed chart and nothing else: no nodes, no sites, no pods, no holds."""
    installed.reset(keep=(chart.NAMESPACE,))
    try:
        installed.api.delete(_HOLDS)
    except ApiError as error:
        if error.status != 404:
            raise
    return installed


@pytest.fixture
def recorder(stage: LocalCluster, tmp_path: Path) -> Iterator[Recorder]:
    """Records from now on; at the end of the test the auditor judges all of it."""
    with Recorder(stage.kubeconfig, file=tmp_path / "history.jsonl") as recorder:
        yield recorder
    verdict = recorder.verdict()
    assert verdict.ok, verdict.text()


@pytest.fixture
def operator(stage: LocalCluster, recorder: Recorder) -> Iterator[OperatorProcess]:
    """The operator, ready; it must stop cleanly when the test is over."""
    with OperatorProcess(stage, identity=f"operator-{os.getpid()}") as process:
        yield process
