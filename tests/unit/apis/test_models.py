from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.apis import AcceleratorProfile, GPUInferencePool, ModelProfile, SitePowerEnvelope
from ampacity.apis.conditions import Condition
from ampacity.apis.envelope_racks import Rack
from ampacity.apis.envelope_status import EnvelopeStatus, LimitStatus
from tests.builders.resources import envelope, model, pool, profile, rack


def read_rack(**fields: Any) -> Rack:
    return SitePowerEnvelope.model_validate(envelope(racks=[rack(**fields)])).spec.racks[0]  # type: ignore[index]


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ({"power": ["ups"]}, {"power": [{"name": "ups"}]}),
        (
            {"power": [{"name": "ups", "breaker": "50kW"}]},
            {"power": [{"name": "ups", "breaker": {"capacity": "50kW"}}]},
        ),
        ({"liquid": "cdu"}, {"liquid": {"name": "cdu"}}),
        ({"air": "room"}, {"air": {"name": "room"}}),
        ({"air": {"suppliers": ["a", "b"]}}, {"air": {"suppliers": [{"name": "a"}, {"name": "b"}]}}),
        ({"baseLoad": "600W"}, {"baseLoad": {"watts": "600W"}}),
        ({"nodes": "3x l40s-8"}, {"nodes": [{"count": 3, "profile": "l40s-8"}]}),
        ({"nodes": "l40s-8"}, {"nodes": {"profile": "l40s-8", "count": 1}}),
        ({"nodes": ["l40s-8"]}, {"nodes": [{"profile": "l40s-8", "count": 1}]}),
    ],
)
def test_a_shorthand_means_its_long_form(short: dict[str, Any], long: dict[str, Any]) -> None:
    assert read_rack(**short) == read_rack(**long)


@pytest.mark.parametrize(
    ("kind", "obj"),
    [
        (SitePowerEnvelope, envelope()),
        (AcceleratorProfile, profile()),
        (ModelProfile, model()),
        (GPUInferencePool, pool()),
    ],
)
def test_a_spec_survives_the_round_trip(kind: Any, obj: dict[str, Any]) -> None:
    once = kind.model_validate(obj)
    assert kind.model_validate({**obj, "spec": once.spec.to_dict()}) == once


def test_a_pool_keeps_everything_a_pod_may_say() -> None:
    template = {
        "metadata": {"labels": {"app": "chat"}},
        "spec": {
            "containers": [
                {
                    "name": "main",
                    "resources": {"limits": {"nvidia.com/gpu": 2}},
                    "ports": [{"containerPort": 80}],
                }
            ],
            "nodeSelector": {"a": "b"},
            "terminationGracePeriodSeconds": 3,
        },
    }
    assert GPUInferencePool.model_validate(pool(template=template)).pod_template() == template


watts = st.integers(0, 10**9).map(lambda number: f"{number} W")
limits = st.builds(
    LimitStatus,
    name=st.text(max_size=5),
    type=st.text(max_size=5),
    capacity=watts,
    reserved=watts,
    headroom=watts,
)


@given(st.builds(EnvelopeStatus, observed_generation=st.integers(-1), domains=st.lists(limits, max_size=3)))
def test_a_status_survives_the_round_trip(status: EnvelopeStatus) -> None:
    assert EnvelopeStatus.model_validate(status.to_dict()) == status


def test_a_status_of_a_newer_version_can_be_read() -> None:
    status = EnvelopeStatus.model_validate({"observedGeneration": 3, "weather": "fine"})
    assert status.observed_generation == 3


def test_a_condition_is_written_as_kubernetes_writes_it() -> None:
    condition = Condition(type="Ready", status="True", reason="Accepted", observed_generation=2)
    assert condition.to_dict()["observedGeneration"] == 2
