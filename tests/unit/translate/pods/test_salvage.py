from typing import Any

import pytest

from ampacity import names
from ampacity.core.snapshot import Resources
from ampacity.translate.fleet.nodes import read_node
from ampacity.translate.pods.requests import UNREADABLE
from ampacity.translate.records import PodRecord
from tests.builders.kube import GPU, READER, container, node_json, pod_json


def unreadable(**more: Any) -> PodRecord | None:
    """A pod of three GPUs with a priority that is no number."""
    odd = {"name": "odd", "resources": {"requests": {"cpu": "much"}}}
    containers = [container(gpu=2), odd, container(gpu=1)]
    return READER.read(pod_json(priority="high", containers=containers, **more))


def test_a_pod_that_cannot_be_read_is_counted_where_it_is() -> None:
    record = unreadable(node="n1", labels={names.POOL: "chat"}, version=7)
    assert record is not None
    assert (record.uid, record.name, record.node, record.bound) == ("uid-p1", "p1", "n1", True)
    assert (record.resource_version, record.pool) == ("7", "default/chat")
    assert record.shape.requests == Resources(extended=((GPU, 3),)) and record.shape.gpu_units == 3
    assert "'much' is no resource quantity" in record.doubt == record.shape.unknown_draw


def test_a_waiting_pod_that_cannot_be_read_still_waits() -> None:
    record = unreadable(gates=["other"])
    assert record is not None
    assert (record.waiting, record.other_gates, record.gate_index, record.node) == (True, True, 1, "")


def test_a_pod_that_has_ended_needs_no_reading() -> None:
    assert unreadable(phase="Failed") is None


def test_a_node_that_cannot_be_read_takes_nothing() -> None:
    item = node_json("n2")
    item["status"]["allocatable"] = {"cpu": "much"}
    record = read_node(item)
    assert (record.name, record.labels[names.RACK], record.ready) == ("n2", "r1", False)
    assert "'much' is no resource quantity" in record.doubt


@pytest.mark.parametrize("item", [{}, [], {"metadata": []}, {"metadata": {"name": 5}}])
def test_what_has_no_name_is_no_object(item: Any) -> None:
    for read in (READER.read, read_node):
        with pytest.raises(UNREADABLE):
            read(item)
