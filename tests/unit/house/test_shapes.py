"""Every server that a node line can name is one that the catalogue knows, at its natural size."""

import pytest

from ampacity.catalogue import documents
from ampacity.translate.fleet.nodes import read_node
from ampacity.translate.profiles.matching import Matcher
from ampacity.translate.profiles.profile import profile_of
from hack import nodes

EXPECTED = {
    "A100": "dgx-a100",
    "B200": "dgx-b200",
    "GB200": "gb200-nvl72",
    "GB300": "gb300-nvl72",
    "Gaudi3": "gaudi3-8",
    "H100": "dgx-h100",
    "H200": "dgx-h200",
    "H200-liquid": "hgx-h200-liquid",
    "HGX-H200": "hgx-h200",
    "L4": "l4-8",
    "L40S": "l40s-8",
    "MI300X": "mi300x-8",
}


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(profile for profile, _ in map(profile_of, documents()) if profile is not None)


def test_every_server_is_expected_to_be_something() -> None:
    assert set(EXPECTED) == set(nodes.table())


@pytest.mark.parametrize(("product", "profile"), EXPECTED.items())
def test_the_catalogue_knows_the_server(matcher: Matcher, product: str, profile: str) -> None:
    gpus = 4 if product.startswith("GB") else 8
    (node,) = map(read_node, nodes.build([f"{gpus} x {product} in rack r1 of s"]))

    match = matcher.match(node.labels, dict(node.allocatable.extended), ())

    assert match is not None
    assert (match.profile.name, match.gpus) == (profile, gpus)
