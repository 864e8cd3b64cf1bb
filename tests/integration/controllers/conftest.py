"""The operator as a process with the chart's rights, on an otherwise empty control plane."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hack import chart
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess


@pytest.fixture(scope="module")
def installed(cluster: LocalCluster) -> LocalCluster:
    """The chart; no operator runs yet."""
    cluster.reset()
    chart.install(cluster)
    return cluster


@pytest.fixture(scope="module")
def operator(installed: LocalCluster) -> Iterator[OperatorProcess]:
    """One operator that leads, for all tests of a file that ask for it."""
    with OperatorProcess(installed, identity="integration") as process:
        yield process


@pytest.fixture
def stage(installed: LocalCluster) -> LocalCluster:
    """Nothing but the chart, its catalogue, and whatever runs."""
    installed.reset(keep=(chart.NAMESPACE,))
    return installed
