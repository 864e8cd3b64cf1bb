"""What a pool's spec asks of distribution, and what is wrong with it before any fleet is looked at."""

from typing import Any

import pytest

from ampacity.apis import GPUInferencePool, read
from ampacity.core.distribution.model import Demand, Place, Pool, Residency, Spread
from ampacity.translate.models.model import model_of
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.pools.reading import read_pool
from ampacity.translate.profiles.profile import profile_of
from tests.builders import resources
from tests.builders.asked import pool, region


def told(obj: dict[str, Any], models: tuple[dict[str, Any], ...] = (resources.model(),)) -> list[str]:
    return [str(problem) for problem in _read(obj, models)[1]]


def wish(obj: dict[str, Any]) -> Pool | None:
    record, problems = _read(obj, (resources.model(),))
    assert record is not None, problems
    found: Pool | None = record.record.wish
    return found


def _read(obj: dict[str, Any], models: tuple[dict[str, Any], ...]) -> Any:
    profile, _ = profile_of(resources.profile())
    known = [model for one in models if (model := model_of(one)[0])]
    return read_pool(obj, [profile] if profile else [], PodReader(["nvidia.com/gpu"]), models=known)


def test_a_pool_that_only_counts_replicas_fills_its_sites_in_their_order() -> None:
    assert wish(pool()) is None
    assert wish(pool(replicas=3, placement={"tiers": ["Edge"], "residency": ["FR"]})) is None


def test_all_that_a_pool_may_say() -> None:
    asked = wish(
        pool(
            "chat",
            region("paris", 12.5, cacheHitRate=0.3, servedFrom=["FR", "DE/bavaria"]),
            region("madrid", 2, location={"latitude": 40.4, "longitude": -3.7}),
            priority=7,
            latency={"roundTripMilliseconds": 80, "timeToFirstTokenMilliseconds": 2500},
            placement={
                "tiers": ["Edge", "Central"],
                "overflow": False,
                "residency": ["FR", "ES"],
                "spread": {"sites": 2, "maxSharePercent": 60, "surviveSiteLoss": True},
            },
        )
    )
    assert asked is not None
    assert asked.demand == (
        Demand("paris", 12.5, 700, 63, 0.3),
        Demand("madrid", 2, 700, 63, 0, Place(40.4, -3.7)),
    )
    assert (asked.name, asked.priority, asked.tiers, asked.overflow) == (
        "default/chat", 7, ("Edge", "Central"), False,
    )  # fmt: skip
    [bound] = asked.residency
    assert bound == Residency(frozenset({"FR", "ES"}), {"paris": frozenset({"FR", "DE/bavaria"})})
    assert (asked.max_rtt_ms, asked.max_ttft_ms, asked.utilisation) == (80, 2500, 0.7)
    assert asked.spread == Spread(2, 0.6, True)
    assert (asked.weights, asked.replicas) == (8_000_000_000, None)


def test_variants_are_the_accelerators_as_named_with_the_figures_of_their_fits() -> None:
    asked = wish(pool("chat", region(), accelerators=["box-8", "box"]))
    assert asked is not None
    assert [(one.name, one.gpus, one.prefill, one.decode, one.ttft_ms) for one in asked.variants] == [
        ("box-8", 1, 10_000, 1_000, 2000),
        ("box", 1, 10_000, 1_000, 2000),
    ]


def test_replicas_are_split_without_any_figures() -> None:
    asked = wish(resources.pool(replicas=4, placement={"spread": {"sites": 2}}))
    assert asked is not None
    assert (asked.replicas, asked.demand) == (4, ())
    assert [(one.name, one.gpus, one.prefill) for one in asked.variants] == [("replica", 1, 0)]


def test_demand_of_a_template_takes_the_profile_that_it_names() -> None:
    demand = {"regions": [region()], "modelProfile": "chat-8b"}
    asked = wish(resources.pool(accelerators=["box"], demand=demand))
    assert asked is not None and asked.variants[0].prefill == 10_000


@pytest.mark.parametrize(
    ("spec", "path", "said"),
    [
        ({}, "spec.demand.modelProfile", "name a ModelProfile, or state replicas instead of demand"),
        ({"modelProfile": "chat-8bb"}, "spec.demand.modelProfile", "did you mean chat-8b?"),
    ],
)
def test_demand_with_no_model_profile(spec: dict[str, Any], path: str, said: str) -> None:
    [problem] = told(resources.pool(accelerators=["box"], demand={"regions": [region()]} | spec))
    assert problem.startswith(f"{path}: ") and said in problem


def test_demand_without_accelerators() -> None:
    demand = {"regions": [region()], "modelProfile": "chat-8b"}
    [problem] = told(resources.pool(demand=demand))
    assert problem.startswith("spec.accelerators: ") and problem.endswith("chat-8b fits box")


def test_demand_on_an_accelerator_without_a_fit_of_that_size() -> None:
    demand = {"regions": [region()], "modelProfile": "chat-8b"}
    [problem] = told(resources.pool(accelerators=["box"], gpusPerReplica=2, demand=demand))
    assert "chat-8b has no fit of 2 GPUs on box" in problem


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"replicas": 2, "demand": {"regions": [region()]}}, "spec.demand: replicas are either stated or"),
        ({"latency": {"roundTripMilliseconds": 5}}, "spec.latency: latency is between sites and the regions"),
        (
            {"demand": {"regions": [region()], "modelProfile": "chat-8b"}},
            "spec.demand.modelProfile: a pool with a model has its profile already",
        ),
        (
            {"demand": {"regions": [region() | {"requestsPerSecond": None}]}},
            "spec.demand.regions[0]: nothing says how many requests the region makes",
        ),
    ],
)
def test_what_contradicts_itself(spec: dict[str, Any], said: str) -> None:
    _, problems = read(GPUInferencePool, pool(**spec))
    assert any(str(problem).startswith(said) for problem in problems), problems


def test_wanted() -> None:
    def wanted(obj: dict[str, Any]) -> int | None:
        found, _ = read(GPUInferencePool, obj)
        return found.spec.wanted if found else None

    assert (wanted(pool()), wanted(pool(replicas=0)), wanted(pool("chat", region()))) == (1, 0, 0)
