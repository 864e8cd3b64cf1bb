"""One line describes simulated nodes."""

import pytest

from hack import nodes
from hack.shape_line import Shape, parse


def test_the_shortest_line_is_one_node() -> None:
    assert parse("8 x H100 in rack r07 of par1") == Shape(1, 8, "H100", ("r07",), "par1")


def test_ranges_keep_their_width_and_combine() -> None:
    assert parse("1 x L4 in racks a[1-2]b[09-10],x of s").racks == ("a1b09", "a1b10", "a2b09", "a2b10", "x")


def test_with_adds_labels_of_ours_unless_they_name_a_domain() -> None:
    line = (
        "2 nodes of 8 x H200 in rack r1 of s with rack-power=17kW, cooling=air, topology.kubernetes.io/zone=z"
    )

    assert parse(line).labels == {
        "ampacity.io/rack-power": "17kW",
        "ampacity.io/cooling": "air",
        "topology.kubernetes.io/zone": "z",
    }


@pytest.mark.parametrize("line", ["", "H100 in rack r1 of s", "8 x H100 in rack r1", "8 x H100 of par1"])
def test_another_sentence_is_refused_with_an_example(line: str) -> None:
    with pytest.raises(ValueError, match="one looks like"):
        parse(line)


def test_a_range_that_runs_backwards_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\[10-02\] runs backwards"):
        parse("8 x H100 in racks r[10-02] of s")


def test_an_unknown_product_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'H1000'.*H100, H200"):
        list(nodes.build(["8 x H1000 in rack r1 of s"]))


def test_nodes_number_on_in_a_rack() -> None:
    lines = ["2 nodes of 8 x H100 in rack r1 of s", "8 x H100 in rack r1 of s"]

    names = [node["metadata"]["name"] for node in nodes.build(lines, taken={"s-r1-1"})]

    assert names == ["s-r1-2", "s-r1-3", "s-r1-4"]


@pytest.mark.parametrize("product", nodes.table())
def test_every_product_makes_a_node_with_its_gpus(product: str) -> None:
    (node,) = nodes.build([f"4 x {product} in rack r1 of s"])

    assert node["status"]["allocatable"][nodes.table()[product]["resource"]] == "4"
    assert node["metadata"]["labels"]["ampacity.io/rack"] == "r1"
