from typing import Any

from ampacity.apis import GPUInferencePool, read
from ampacity.apis.depth import DEEPEST, too_deep
from tests.builders.resources import pool


def nested(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = {"a": [value]}
    return value


def test_what_nobody_means_is_refused_where_it_begins() -> None:
    container = {"name": "main", "image": "server", "env": nested(5_000)}
    model, (problem,) = read(GPUInferencePool, pool(template={"spec": {"containers": [container]}}))
    assert model is None
    assert problem.path == "spec.template.spec.containers[0].env"
    assert str(problem).endswith(f"is nested deeper than {DEEPEST} levels; write out only what is meant")


def test_the_deepest_part_of_a_pod_is_taken() -> None:
    expression = {"key": "app", "operator": "In", "values": ["x"]}
    term = {"podAffinityTerm": {"labelSelector": {"matchExpressions": [expression]}, "topologyKey": "zone"}}
    affinity = {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [term]}}
    template = {"spec": {"containers": [{"name": "main"}], "affinity": affinity}}
    assert read(GPUInferencePool, pool(template=template))[1] == ()


def test_the_bound_is_exact() -> None:
    assert too_deep(nested(DEEPEST // 2)) == ()
    assert too_deep({"a": nested(DEEPEST // 2)}) != ()
