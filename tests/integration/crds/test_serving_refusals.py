"""What a pool says of how it is reached: Python and the API server judge alike."""

from __future__ import annotations

from typing import Any

import pytest

from ampacity.apis import GPUInferencePool, read
from tests.builders.resources import pool
from tests.integration.crds.conftest import Refusal

GATE = {"name": "gate"}
ELSEWHERE = GATE | {"namespace": "ingress"}
LISTENER = ELSEWHERE | {"sectionName": "https"}


@pytest.mark.parametrize(
    "serving",
    [
        {},
        {"port": 65_535, "hostnames": ["a", "*.b.example"]},
        {"gateways": [GATE, ELSEWHERE, LISTENER, LISTENER | {"sectionName": "http"}]},
        {"endpointPicker": {"name": "{pool}-{site}-epp", "failureMode": "FailOpen"}},
    ],
)
def test_what_may_be_said(refusal: Refusal, serving: dict[str, Any]) -> None:
    obj = pool(serving=serving)
    assert refusal(obj) == ""
    assert read(GPUInferencePool, obj)[1] == ()


@pytest.mark.parametrize(
    ("serving", "said"),
    [
        ({"port": 0}, "spec.serving.port"),
        ({"gateways": [GATE, GATE | {"region": "paris"}]}, "the same gateway is named twice"),
        ({"gateways": [ELSEWHERE, GATE, ELSEWHERE]}, "the same gateway is named twice"),
        ({"gateways": [LISTENER, LISTENER]}, "the same gateway is named twice"),
        ({"gateways": [{"region": "paris"}]}, "name"),
        ({"gateways": [{"name": "Gate"}]}, "'Gate' is no name of an object; use lower-case letters"),
        ({"gateways": [GATE | {"namespace": "a.b"}]}, "'a.b' is no name of a namespace"),
        ({"gateways": [GATE | {"region": "Paris"}]}, "'Paris' is no name of a region of users"),
        ({"hostnames": ["https://a"]}, "'https://a' is no host name; use lower-case letters"),
        ({"hostnames": ["a.*.b"]}, "'a.*.b' is no host name"),
        ({"endpointPicker": {"name": "{zone}-epp"}}, "'{zone}-epp' is no name of a Service"),
        ({"endpointPicker": {"failureMode": "Maybe"}}, "spec.serving.endpointPicker.failureMode"),
    ],
)
def test_what_makes_no_sense(refusal: Refusal, serving: dict[str, Any], said: str) -> None:
    obj = pool(serving=serving)
    assert said in refusal(obj)
    problems = [str(problem) for problem in read(GPUInferencePool, obj)[1]]
    assert any(said in problem for problem in problems), problems
