"""A pool's template that cannot be read is refused, part by part; it stops nothing else."""

from typing import Any

import pytest

from ampacity.translate.pools.reading import read_pool
from tests.builders.kube import READER
from tests.builders.resources import pool

MAIN = {"name": "main", "image": "server"}


def paths(**spec: Any) -> dict[str, str]:
    found, problems = read_pool(pool(template={"spec": {"containers": [MAIN], **spec}}), (), READER)
    assert (found is None) == bool(problems)
    return {problem.path: f"{problem.message}; {problem.remedy}" for problem in problems}


def limited(**limits: Any) -> dict[str, Any]:
    return {**MAIN, "resources": {"limits": limits}}


@pytest.mark.parametrize("part", ["tolerations", "volumes", "schedulingGates", "initContainers"])
def test_a_list_must_be_a_list(part: str) -> None:
    assert paths(**{part: "all"}) == {
        f"spec.template.spec.{part}": "must be a list; begin each item with a dash"
    }


@pytest.mark.parametrize("part", ["nodeSelector", "affinity", "overhead"])
def test_an_object_must_be_an_object(part: str) -> None:
    assert paths(**{part: ["zone"]}) == {
        f"spec.template.spec.{part}": "must be an object; write its fields below it, indented"
    }


def test_a_quantity_must_be_one() -> None:
    assert paths(containers=[MAIN, limited(cpu="13OO")]) == {
        "spec.template.spec.containers[1]":
            "'13OO' is no resource quantity; write for example 500m, 8 or 16Gi"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("tolerations", [7]),
        ("tolerations", [{"key": ["x"]}]),
        ("affinity", {"nodeAffinity": "near"}),
        ("schedulingGates", [{"nam": "x"}]),
        ("initContainers", ["first"]),
        ("topologySpreadConstraints", [{"maxSkew": "one"}]),
    ],
)
def test_what_lies_below_must_be_formed_as_in_a_pod(part: str, value: Any) -> None:
    ((path, sentence),) = paths(**{part: value}).items()
    assert path.startswith(f"spec.template.spec.{part}")
    assert "is not formed as in a pod" in sentence and "kubectl explain pod.spec" in sentence


def test_every_faulty_part_is_told() -> None:
    found = paths(containers=[limited(cpu="x"), MAIN, limited(memory={})], nodeSelector=1)
    assert list(found) == [
        "spec.template.spec.containers[0]",
        "spec.template.spec.containers[2]",
        "spec.template.spec.nodeSelector",
    ]


def test_fields_left_empty_are_as_good_as_absent() -> None:
    bare = {**MAIN, "resources": None}
    assert paths(containers=[bare], affinity=None, tolerations=None, nodeSelector=None) == {}
    assert paths(containers=[{**MAIN, "resources": {"limits": None}}]) == {}


def test_a_quantity_of_any_length_leaves_room_for_the_remedy() -> None:
    (said,) = paths(containers=[limited(cpu="y" * 5_000)]).values()
    assert len(said) < 150 and said.endswith("write for example 500m, 8 or 16Gi")
