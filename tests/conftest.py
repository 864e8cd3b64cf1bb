"""The control plane for integration and end-to-end tests: one per run, started by the first that asks."""

import os
import secrets
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from hack.cluster import Cluster, new

# No example is late on a busy machine: benchmarks measure, tests do not.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# Continuous integration looks at the same examples every time; people's runs go on searching.
settings.register_profile("ci", settings.get_profile("busy"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "busy")

pytest_plugins = ["tests.side_by_side", "tests.tables"]

_RUNNING = pytest.StashKey[Cluster]()


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A control plane with simulated kubelets; see hack.access.Cluster for what a test can do with it.

    Tests share it: take a namespace of your own, and `fresh_cluster` where nodes or our cluster-wide
    resources matter.
    """
    started = new(f"test-{os.getpid()}").start()
    request.config.stash[_RUNNING] = started
    yield started
    started.stop(keep_logs=request.session.testsfailed > 0)


@pytest.fixture
def fresh_cluster(cluster: Cluster) -> Cluster:
    """The control plane without nodes, resources of ours or anything another test left."""
    cluster.reset()
    return cluster


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """The name of a namespace that only this test uses."""
    name = f"test-{secrets.token_hex(4)}"
    cluster.api.post(
        "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    )
    yield name
    cluster.api.delete(f"/api/v1/namespaces/{name}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failing test says where the cluster's logs are, and whether a process of the cluster died."""
    report = yield
    running = item.config.stash.get(_RUNNING, None)
    if report.failed and running is not None:
        report.sections.append(("control plane", _where(running)))
    return report


def _where(cluster: Cluster) -> str:
    lines = [f"logs: {cluster.logs}", *sorted(f"  {path.name}" for path in cluster.logs.iterdir())]
    failed = cluster.logs / "failed"
    return "\n".join([*lines, failed.read_text()] if failed.exists() else lines)
