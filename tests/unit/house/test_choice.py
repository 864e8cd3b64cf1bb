"""Which kind of cluster the environment asks for."""

import pytest

from hack import cluster, tools
from hack.kind import KindCluster
from hack.local import LocalCluster


@pytest.mark.parametrize(
    ("chosen", "kind"), [(None, LocalCluster), ("local", LocalCluster), ("kind", KindCluster)]
)
def test_the_environment_chooses(monkeypatch: pytest.MonkeyPatch, chosen: str | None, kind: type) -> None:
    monkeypatch.delenv("CLUSTER", raising=False)
    if chosen:
        monkeypatch.setenv("CLUSTER", chosen)

    assert type(cluster.new("some")) is kind
    assert ("kind" in tools.needed()) is (kind is KindCluster)


def test_another_kind_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTER", "minikube")

    with pytest.raises(ValueError, match="CLUSTER=minikube is neither local nor kind"):
        cluster.new("some")
