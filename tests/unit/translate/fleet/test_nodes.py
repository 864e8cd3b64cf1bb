from ampacity.core.snapshot import Taint
from ampacity.translate.fleet.nodes import read_node
from tests.builders.kube import node, node_json


def test_ready_is_the_condition_being_true() -> None:
    assert node().ready
    assert not node(ready=False).ready
    assert not read_node({"metadata": {"name": "bare"}}).ready


def test_taints_that_only_prefer_are_left_out() -> None:
    taints = [{"key": key, "effect": key} for key in ("NoSchedule", "NoExecute", "PreferNoSchedule")]
    assert node(taints=taints).taints == (
        Taint("NoSchedule", "", "NoSchedule"),
        Taint("NoExecute", "", "NoExecute"),
    )


def test_cordoned() -> None:
    assert node(unschedulable=True).unschedulable
    assert not node().unschedulable


def test_a_manifest_without_uid_is_known_by_its_name() -> None:
    manifest = node_json("n9")
    del manifest["metadata"]["uid"]
    assert read_node(manifest).uid == "n9"
