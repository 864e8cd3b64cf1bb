"""What a pool or an envelope says of demand and where users are: Python and the API server judge alike."""

from typing import Any

import pytest
import yaml

from ampacity.apis import GPUInferencePool, SitePowerEnvelope, read
from hack import docs
from tests.builders.asked import pool, region
from tests.builders.resources import API, envelope
from tests.builders.resources import pool as with_template
from tests.integration.crds.conftest import Refusal

GOOD = [
    pool("chat", region(servedFrom=["FR", "DE/bavaria"], location={"latitude": 1, "longitude": 2})),
    pool("chat", {"region": "eu-west-3", "query": "up", "inputTokens": 1, "outputTokens": 0}),
    pool("chat", region(), latency={"roundTripMilliseconds": 0.5}, placement={"overflow": False}),
    pool(replicas=3, placement={"spread": {"sites": 2, "maxSharePercent": 60, "surviveSiteLoss": True}}),
    with_template(demand={"modelProfile": "chat-8b", "regions": [region()]}),
    envelope(latency=[{"region": "paris", "milliseconds": 4.2}], uplink={"gigabitsPerSecond": 0.5}),
    envelope(state="Lost"),
]


@pytest.mark.parametrize("obj", GOOD)
def test_what_may_be_said(refusal: Refusal, obj: dict[str, Any]) -> None:
    assert refusal(obj) == ""
    assert _problems(obj) == []


def test_the_three_sites_of_the_examples(refusal: Refusal) -> None:
    folder = docs.ROOT / "examples" / "three-sites"
    every = [one for path in folder.glob("*.yaml") for one in yaml.safe_load_all(path.read_text())]
    ours = [one for one in every if one["apiVersion"] == API]
    told = [refusal(one | {"metadata": {"name": one["metadata"]["name"]}}) for one in ours]
    assert len(told) == 6 and set(told) == {""}


@pytest.mark.parametrize(
    ("obj", "said"),
    [
        (pool("chat", region(), replicas=2), "replicas are either stated or follow from demand; state one"),
        (pool(latency={"roundTripMilliseconds": 5}), "latency is between sites and the regions of demand"),
        (
            pool(demand={"modelProfile": "chat-8b", "regions": [region()]}),
            "a pool with a model has its profile already; leave modelProfile out",
        ),
        (
            pool("chat", {"region": "paris", "inputTokens": 1, "outputTokens": 1}),
            "nothing says how many requests the region makes; state requestsPerSecond, or a query",
        ),
        (pool("chat", region("Paris!")), "'Paris!' is no name of a region of users; use lower-case letters"),
        (pool("chat", region(servedFrom=["Europe"])), "'Europe' is no country or region"),
        (pool("chat", region(requestsPerSecond=-1)), "requestsPerSecond"),
        (pool("chat", region(cacheHitRate=1.5)), "cacheHitRate"),
        (pool("chat", region(location={"latitude": 91, "longitude": 0})), "location.latitude"),
        (pool(demand={"regions": []}), "demand.regions"),
        (pool("chat", region(), demand={"utilization": 0, "regions": [region()]}), "utilization"),
        (pool(placement={"spread": {"maxSharePercent": 0}}), "maxSharePercent"),
        (envelope(latency=[{"region": "paris", "milliseconds": -1}]), "latency[0].milliseconds"),
        (envelope(uplink={"gigabitsPerSecond": 0}), "uplink.gigabitsPerSecond"),
        (envelope(state="Gone"), "spec.state"),
    ],
)
def test_what_makes_no_sense(refusal: Refusal, obj: dict[str, Any], said: str) -> None:
    assert said in refusal(obj)
    assert any(said in problem for problem in _problems(obj)), _problems(obj)


def test_the_same_region_twice(refusal: Refusal) -> None:
    assert "Duplicate value" in refusal(pool("chat", region(), region()))
    assert "Duplicate value" in refusal(envelope(latency=[{"region": "a", "milliseconds": 1}] * 2))


def _problems(obj: dict[str, Any]) -> list[str]:
    kind = GPUInferencePool if obj["kind"] == "GPUInferencePool" else SitePowerEnvelope
    return [str(problem) for problem in read(kind, obj)[1]]
