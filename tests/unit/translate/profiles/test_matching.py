from typing import Any

import pytest

from ampacity.translate.profiles.matching import Match, Matcher
from ampacity.translate.profiles.profile import profile_of
from ampacity.translate.records import Profile
from tests.builders.resources import profile

GPU = "nvidia.com/gpu"
BOX = {"nvidia.com/gpu.product": "NVIDIA-BOX"}


def server(name: str, maximum: str = "5kW", gpus: int = 8, **more: Any) -> Profile:
    """A server with the GPU called BOX."""
    node = {"idle": "1kW", "host": "500W", "maximum": maximum}
    if more.get("cooling") == "Liquid":
        node |= {"airIdle": "300W", "airMaximum": "900W"}
    match = {"products": more.pop("products", ["NVIDIA-BOX"])} | more.pop("match", {})
    found, problems = profile_of(profile(name, node=node, gpus=gpus, match=match, **more))
    assert found is not None, problems
    return found


def machine(pattern: str) -> dict[str, Any]:
    return {"match": {"machines": [pattern]}}


AIR = server("air", "5.5kW")
MADE = server("made", "5kW", **machine("DGX*"))
WET = server("wet", "4kW", cooling="Liquid", **machine("*-LCC"))
SMALL = server("small", "3kW", gpus=4)


def match(
    labels: dict[str, str], *profiles: Profile, offered: Any = 8, listed: tuple[str, ...] = ()
) -> Match:
    extended = offered if isinstance(offered, dict) else {GPU: offered}
    found = Matcher(profiles or (AIR, MADE, WET)).match(labels, extended, listed)
    assert found is not None
    return found


def labels(**more: str) -> dict[str, str]:
    return BOX | {f"nvidia.com/gpu.{key}": value for key, value in more.items()}


@pytest.mark.parametrize(
    ("name", "expected"), [("DGX-Box", "made"), ("SYS-1-LCC", "wet"), ("PowerEdge", "air")]
)
def test_the_machine_tells_servers_apart(name: str, expected: str) -> None:
    found = match(labels(machine=name))
    assert (found.profile.name, found.note, found.others) == (expected, "", ())


def test_the_instance_type_tells_them_apart_too() -> None:
    assert match(BOX | {"node.kubernetes.io/instance-type": "dgx_1"}).profile.name == "made"


def test_without_a_machine_the_largest_known_server_counts_and_says_so() -> None:
    found = match(BOX)
    assert found.profile.name == "air"
    assert "no machine is labelled, so the largest known server counts, air (of air, made, wet)" in found.note
    assert {other.name for other in found.others} == {"made", "wet"}


def test_an_unknown_machine_of_a_gpu_with_known_machines_only() -> None:
    found = match(labels(machine="Acme"), MADE, WET)
    assert found.profile.name == "made" and "machine 'acme' is in no profile" in found.note


def test_what_the_rack_lists_settles_it() -> None:
    found = match(BOX, listed=("wet", "other"))
    assert (found.profile.name, found.note) == ("wet", "")
    assert match(labels(machine="DGX-Box"), listed=("wet",)).profile.name == "made"


def test_the_number_of_gpus_tells_servers_apart() -> None:
    found = match(labels(count="4"), AIR, SMALL)
    assert (found.profile.name, found.gpus, found.note) == ("small", 4, "")


@pytest.mark.parametrize(
    ("more", "offered", "gpus"),
    [
        ({"count": "8"}, 80, 8),  # time-slicing: ten shares a GPU
        ({}, 8, 8),
        ({"count": "junk"}, 8, 8),
        ({"product": "NVIDIA-BOX-SHARED"}, 80, 8),
        ({"product": "NVIDIA-BOX-MIG-1g.5gb", "count": "56"}, 56, 8),
        ({"count": "8"}, {"nvidia.com/mig-1g.5gb": 56}, 8),
        ({}, {"nvidia.com/mig-1g.5gb": 56}, 8),
        ({"count": "16"}, 16, 16),
        ({"count": "7"}, 7, 7),
    ],
)
def test_physical_gpus(more: dict[str, str], offered: Any, gpus: int) -> None:
    found = match(labels(**more), AIR, offered=offered)
    assert found.gpus == gpus
    assert bool(found.note) == (gpus != 8)


@pytest.mark.parametrize(
    ("count", "offered", "gpus"),
    [
        ("9" * 63, 8, 8),
        ("4000000", 8, 8),
        ("4000000", 4_000_000, 8),
        ("16", 8, 8),  # more than the node has
        ("8", 4, 8),  # some are gone: the profile's figure, not less
        ("400", 16, 16),  # not fewer than there are
        ("", 4_000_000, 8),
    ],
)
def test_a_count_that_cannot_be_is_not_believed(count: str, offered: int, gpus: int) -> None:
    found = match(labels(count=count), AIR, offered=offered)
    assert found.gpus == gpus
    assert f"the node has {offered} nvidia.com/gpu: not believed" in found.note


def test_only_accelerators_are_counted_as_gpus() -> None:
    assert match(BOX, AIR, offered={GPU: 8, "hugepages-2Mi": 2**30, "rdma/hca": 1000}).gpus == 8


def test_other_counts_than_the_profile_are_told() -> None:
    assert (
        "it has 2 GPUs and its profile small 4: a whole such server counts"
        in match(labels(count="2"), SMALL).note
    )
    assert "several such servers count" in match(labels(count="8"), SMALL).note


@pytest.mark.parametrize(
    "spelling", ["NVIDIA-BOX", "nvidia_box", "Nvidia-Box-SHARED", "NVIDIA-BOX-MIG-2g.10gb-SHARED"]
)
def test_spellings_of_one_product(spelling: str) -> None:
    assert match(labels(product=spelling), AIR).profile.name == "air"


def test_patterns_take_wildcards() -> None:
    wide = server("wide", products=["*BOX-?"])
    assert match(labels(product="NVIDIA-BOX-2"), wide).profile.name == "wide"


def test_further_labels_must_be_equal() -> None:
    special = server("special", match={"labels": {"tier": "gold"}})
    assert match(BOX | {"tier": "gold"}, special).profile.name == "special"
    assert Matcher([special]).match(BOX, {GPU: 8}) is None


@pytest.mark.parametrize(
    ("seen", "offered"),
    [
        ({"nvidia.com/gpu.product": "NVIDIA-NEW"}, {GPU: 8}),
        ({}, {GPU: 8}),
        (BOX, {"amd.com/gpu": 8}),
        (BOX, {GPU: 0}),
        (BOX, {}),
    ],
)
def test_hardware_that_nobody_knows(seen: dict[str, str], offered: dict[str, int]) -> None:
    assert Matcher([AIR, MADE]).match(seen, offered) is None


def test_what_counts_as_an_accelerator() -> None:
    offered = {GPU: 2, "nvidia.com/mig-1g.5gb": 3, "nvidia.com/nic": 4, "cpu": 5}
    assert Matcher([AIR]).accelerators(offered) == 5


def test_the_answer_does_not_depend_on_the_order_of_profiles() -> None:
    assert match(BOX, AIR, MADE, WET) == match(BOX, WET, MADE, AIR)
