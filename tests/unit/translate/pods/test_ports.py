"""Which ports of its node a pod binds."""

from __future__ import annotations

from typing import Any

from ampacity.translate.pods.ports import host_ports
from ampacity.translate.pods.requests import pod_requests
from tests.builders.kube import GPU, container, pod


def listens(*ports: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A container with these ports."""
    return {**container(gpu=1), "ports": list(ports), **more}


def test_a_port_has_a_protocol_and_an_address() -> None:
    spec = {"containers": [listens({"hostPort": 80}, {"hostPort": 53, "protocol": "UDP", "hostIP": "::1"})]}
    assert list(host_ports(spec)) == [("TCP", 80, ""), ("UDP", 53, "::1")]


def test_a_port_of_the_container_alone_is_none_of_the_node() -> None:
    assert list(host_ports({"containers": [listens({"containerPort": 80})]})) == []


def test_on_the_nodes_network_it_is() -> None:
    spec = {"hostNetwork": True, "containers": [listens({"containerPort": 80})]}
    assert list(host_ports(spec)) == [("TCP", 80, "")]


def test_sidecars_bind_theirs_and_other_init_containers_are_gone_by_then() -> None:
    init = [listens({"hostPort": 81}, restartPolicy="Always"), listens({"hostPort": 82})]
    assert list(host_ports({"containers": [listens()], "initContainers": init})) == [("TCP", 81, "")]


def test_they_are_asked_for_like_resources_and_are_no_gpus() -> None:
    spec = {"containers": [listens({"hostPort": 80})]}
    assert pod_requests(spec).extended == (("hostport:TCP:80", 1_000), (GPU, 1))
    assert pod(gpus=1, containers=spec["containers"]).shape.gpu_units == 1
    no_gpu = [{"name": "main", "ports": [{"hostPort": 80}]}]
    assert pod(gpus=0, containers=no_gpu).shape.gpu_units == 0
