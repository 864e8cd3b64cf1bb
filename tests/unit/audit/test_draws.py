"""What nodes draw, against power-model's rules worked out by hand."""

from collections import Counter

import pytest

from ampacity.audit.draws import Hardware, Machine, draw
from ampacity.audit.facts import NodeFacts
from ampacity.core.load import Load
from ampacity.core.site import Edge, ListedNodes, Rack
from ampacity.translate.records import Profile

KW = 10**6
READY = NodeFacts("n1", ready=True)


def profile(name="x8", **other):
    figures = {
        "gpus": 8, "tdp": KW, "idle": 2 * KW, "host": KW, "maximum": 11 * KW,
        "air_idle": KW, "air_maximum": 2 * KW, "needs_liquid": False, "supplies": None,
    } | other  # fmt: skip
    return Profile(name, 1, ("nvidia.com/gpu", "nvidia.com/mig-*"), ("x",), (), {}, **figures)


def rack(liquid=False, nodes=()):
    return Rack("r1", (Edge("meter"),), (Edge("loop"),) if liquid else (), nodes=nodes)


def gpus(count):
    return [("nvidia.com/gpu", count)]


@pytest.mark.parametrize(("busy", "kw"), [(0, 3), (1, 4), (8, 11), (20, 11)])
def test_idle_and_host_then_each_busy_gpu(busy, kw):
    assert draw(Machine(profile(), 8), rack(), READY, gpus(busy)) == Load(kw * KW, kw * KW)


def test_each_slice_counts_as_a_gpu_until_all_are_busy():
    slices = [("nvidia.com/mig-1g.10gb", 5), ("example.com/nic", 9)]
    assert draw(Machine(profile(), 8), rack(), READY, slices).power == 8 * KW


def test_host_is_not_charged_where_ordinary_pods_are_kept_off():
    reserved = NodeFacts("n1", reserved=True, ready=True)
    assert draw(Machine(profile(), 8), rack(), reserved, gpus(0)).power == 2 * KW
    assert draw(Machine(profile(), 8), rack(), reserved, gpus(8)).power == 11 * KW


def test_a_node_that_is_not_ready_counts_at_its_maximum_unless_its_rack_lists_it_as_off():
    down = NodeFacts("n1", ready=False)
    listed_off = rack(nodes=(ListedNodes(1, "x8", off=True),))
    assert draw(Machine(profile(), 8), rack(), down, gpus(0)).power == 11 * KW
    assert draw(Machine(profile(), 8), listed_off, down, gpus(0)).power == 0
    assert draw(Machine(profile(), 8), listed_off, down, gpus(1)).power == 11 * KW


def test_in_a_rack_with_a_loop_air_grows_with_the_draw_and_the_loop_takes_the_rest():
    assert draw(Machine(profile(host=0), 8), rack(liquid=True), READY, gpus(0)) == Load(2 * KW, KW, KW)
    assert draw(Machine(profile(), 8), rack(liquid=True), READY, gpus(8)) == Load(11 * KW, 2 * KW, 9 * KW)


def test_a_node_with_more_gpus_is_as_many_servers():
    assert draw(Machine(profile(), 16), rack(), READY, gpus(16)).power == 22 * KW


def test_missing_nodes_count_at_their_maximum_less_strangers_in_the_rack():
    hardware = Hardware([profile(), profile("small", maximum=5 * KW)])
    listed = rack(nodes=(ListedNodes(2, "x8"), ListedNodes(1, "small"), ListedNodes(4, "x8", off=True)))
    assert hardware.missing(listed, Counter()).power == 27 * KW
    assert hardware.missing(listed, Counter({"x8": 2})).power == 5 * KW
    assert hardware.missing(listed, Counter({"other": 1})).power == 16 * KW
    assert hardware.missing(listed, Counter({"x8": 5})).power == 0


def test_unknown_hardware_is_the_largest_known_part_by_part_and_announced_ones_do_not_count():
    wet = profile("wet", maximum=20 * KW, air_maximum=KW, needs_liquid=True)
    hardware = Hardware([profile(), wet, profile("coming", maximum=600 * KW, announced=True)])
    assert hardware.largest(rack(liquid=True)) == Load(20 * KW, 2 * KW, 19 * KW)
