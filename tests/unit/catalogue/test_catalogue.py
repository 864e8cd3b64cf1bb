"""The catalogue as data: enough of it, sound, and a source for every figure."""

from typing import Any

import pytest

from ampacity.catalogue import documents
from ampacity.core.units import parse_power
from ampacity.translate.profiles.profile import profile_of
from ampacity.translate.records import Profile

DOCUMENTS = {str(obj["metadata"]["name"]): obj for obj in documents()}
every_profile = pytest.mark.parametrize("name", DOCUMENTS)


def read(name: str) -> Profile:
    profile, problems = profile_of(DOCUMENTS[name])
    assert profile is not None, [str(problem) for problem in problems]
    return profile


def figures(spec: dict[str, Any]) -> set[str]:
    """Paths of all power figures that a profile states."""
    found = {f"{part}.{name}" for part in ("node", "gpu") for name in spec[part]}
    return found | ({"powerSupplies"} if "powerSupplies" in spec else set())


def test_three_makers_from_the_smallest_to_the_announced() -> None:
    assert len(DOCUMENTS) >= 16
    assert {"l4-4", "l40s-8", "dgx-h100", "hgx-h200", "hgx-h200-liquid", "dgx-b200"} <= DOCUMENTS.keys()
    assert {"gb200-nvl72", "gb300-nvl72", "h100-pcie-4", "mi300x-8", "gaudi3-8"} <= DOCUMENTS.keys()
    assert {read(name).resources[0] for name in DOCUMENTS} == {
        "nvidia.com/gpu",
        "amd.com/gpu",
        "habana.ai/gaudi",
    }


@every_profile
def test_every_figure_has_a_source(name: str) -> None:
    spec = DOCUMENTS[name]["spec"]
    sourced = {figure for source in spec["sources"] for figure in source["figures"]}
    assert sourced == figures(spec)
    for source in spec["sources"]:
        assert ("document" in source) == ("says" in source)
        assert len(source.get("says", source.get("estimated", ""))) > 10


@every_profile
def test_figures_agree_with_each_other(name: str) -> None:
    profile = read(name)
    assert profile.idle + profile.host + profile.gpus * profile.tdp // 2 < profile.maximum
    assert profile.gpus * profile.tdp < profile.maximum
    if profile.supplies:
        count, watts = profile.supplies
        assert (count - 1) * watts >= profile.maximum  # it loses one without a throttle


@every_profile
def test_a_family_is_one_accelerator(name: str) -> None:
    same = [read(other) for other in DOCUMENTS if DOCUMENTS[other]["spec"]["family"] == read(name).family]
    assert {profile.tdp for profile in same} == {read(name).tdp}
    assert {profile.resources for profile in same} == {read(name).resources}


@every_profile
def test_liquid_servers_say_what_still_goes_into_air(name: str) -> None:
    profile = read(name)
    if profile.needs_liquid:
        assert 0 < profile.air_idle <= profile.air_maximum < profile.maximum // 3
    else:
        assert profile.air_maximum == profile.maximum


def test_what_is_announced_but_not_measured_says_so() -> None:
    assert [name for name in DOCUMENTS if read(name).announced] == ["rubin-ultra-nvl576"]
    rack = 72 * parse_power(DOCUMENTS["rubin-ultra-nvl576"]["spec"]["node"]["maximum"])
    assert 600_000_000 <= rack <= 610_000_000


def test_known_figures() -> None:
    """Those that the power model names, as a guard against slips of the pen."""
    assert read("dgx-h100").maximum == read("dgx-h200").maximum == 10_200_000
    assert read("dgx-h100").supplies == read("dgx-b200").supplies == (6, 3_300_000)
    assert read("dgx-b200").maximum == 14_300_000
    tray = read("gb200-nvl72")
    assert (tray.idle, tray.maximum, tray.gpus, tray.needs_liquid) == (1_000_000, 6_667_000, 4, True)
    watts = {"l4-4": 72, "l40s-8": 350, "mi300x-8": 750, "gaudi3-8": 900, "rtx-pro-6000-8": 600}
    assert {name: read(name).tdp // 1000 for name in watts} == watts
