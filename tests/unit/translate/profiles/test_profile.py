from typing import Any

import pytest

from ampacity.core.load import Supplies
from ampacity.translate.profiles.profile import expand_accelerators, node_figures, profile_of
from ampacity.translate.records import Profile
from tests.builders.resources import profile


def read(**spec: Any) -> Profile:
    found, problems = profile_of(profile(**spec))
    assert found is not None, problems
    return found


def test_an_air_cooled_box() -> None:
    box = read(powerSupplies="6x3.3kW")
    assert (box.name, box.family, box.gpus, box.tdp) == ("box-8", "box", 8, 400_000)
    assert (box.idle, box.host, box.maximum) == (1_000_000, 500_000, 5_000_000)
    assert (box.air_idle, box.air_maximum) == (box.idle, box.maximum)
    assert (box.needs_liquid, box.supplies) == (False, (6, 3_300_000))


def test_a_liquid_cooled_tray() -> None:
    node = {"idle": "1kW", "maximum": "6.667kW", "airIdle": "500W", "airMaximum": "950W"}
    tray = read(cooling="Liquid", node=node, announced=True)
    assert (tray.needs_liquid, tray.air_idle, tray.air_maximum, tray.host) == (True, 500_000, 950_000, 0)
    assert tray.announced


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"node": {"idle": "3kW", "host": "3kW", "maximum": "5kW"}}, "spec.node.maximum"),
        (
            {"cooling": "Liquid", "node": {"idle": "1kW", "maximum": "5kW", "airIdle": "2kW"}},
            "spec.node.airIdle",
        ),
        (
            {"cooling": "Either", "node": {"idle": "1kW", "maximum": "5kW", "airMaximum": "6kW"}},
            "spec.node.airMaximum",
        ),
        ({"gpu": {"tdp": "400W", "minimum": "500W"}}, "spec.gpu.minimum"),
        ({"node": {"idle": "1kW", "maximum": "5kW", "airIdle": "1kW"}}, "spec.cooling"),
        ({"node": {"idle": "13OW", "maximum": "5kW"}}, "spec.node.idle"),
        ({"sources": [{"figures": ["gpu.tdp"]}]}, "spec.sources[0]"),
        ({"gpus": 0}, "spec.gpus"),
        ({"match": {"products": []}}, "spec.match.products"),
    ],
)
def test_profiles_that_cannot_be_true(spec: dict[str, Any], path: str) -> None:
    found, problems = profile_of(profile(**spec))
    assert found is None
    assert [problem.path for problem in problems] == [path]


def test_figures_for_another_number_of_gpus() -> None:
    box = read(powerSupplies="6x3.3kW")
    assert node_figures(box, 8).supplies == Supplies(6, 3_300_000)
    assert (node_figures(box, 4).gpus, node_figures(box, 4).maximum) == (4, box.maximum)
    assert node_figures(box, 12).maximum >= box.maximum * 12 // 8


def test_a_pool_may_name_profiles_and_families() -> None:
    profiles = [_named(name, family) for name, family in (("b-2", "b"), ("a-1", "a"), ("b-1", "b"))]
    assert expand_accelerators(["b", "a-1", "b-2", "zz"], profiles) == (("b-1", "b-2", "a-1"), ("zz",))
    assert expand_accelerators([], profiles) == ((), ())


def _named(name: str, family: str) -> Profile:
    found, _ = profile_of(profile(name, family=family))
    assert found is not None
    return found
