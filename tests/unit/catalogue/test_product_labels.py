"""Spellings of the product label in the wild, each recognised as the right family."""

import os
from pathlib import Path

import pytest

from ampacity.catalogue import documents
from ampacity.translate.profiles.matching import Matcher
from ampacity.translate.profiles.profile import profile_of

HERE = Path(__file__).parent
DATA = Path(os.environ.get("AMPACITY_DATA", HERE.parents[3] / "shared" / "data"))
SPELLINGS = dict(
    line.split()
    for line in (HERE / "product_labels.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(profile for obj in documents() if (profile := profile_of(obj)[0]))


@pytest.mark.parametrize(("label", "family"), SPELLINGS.items())
def test_every_spelling(matcher: Matcher, label: str, family: str) -> None:
    resource = "nvidia.com/mig-1g.5gb" if "-MIG-" in label else "nvidia.com/gpu"
    for offered in ({"nvidia.com/gpu": 8}, {resource: 8}):
        match = matcher.match({"nvidia.com/gpu.product": label}, offered)
        assert (match.profile.family if match else "-") == family


def test_the_list_is_that_of_the_data_folder() -> None:
    original = DATA / "dcgm-samples" / "gpu-product-labels.txt"
    if not original.exists():
        pytest.skip(f"{original} is not there; set AMPACITY_DATA")
    lines = original.read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if line and not line.startswith("#")} == set(SPELLINGS)


@pytest.mark.parametrize(
    ("labels", "resource", "name"),
    [
        (
            {"nvidia.com/gpu.product": "NVIDIA-H200", "nvidia.com/gpu.machine": "DGXH200"},
            "nvidia.com/gpu",
            "dgx-h200",
        ),
        (
            {"nvidia.com/gpu.product": "NVIDIA-H200", "nvidia.com/gpu.machine": "PowerEdge-XE9680"},
            "nvidia.com/gpu",
            "hgx-h200",
        ),
        (
            {"nvidia.com/gpu.product": "NVIDIA-H200", "nvidia.com/gpu.machine": "SYS-421GE-TNHR2-LCC"},
            "nvidia.com/gpu",
            "hgx-h200-liquid",
        ),
        (
            {"nvidia.com/gpu.product": "NVIDIA-B200", "nvidia.com/gpu.machine": "DGXB200"},
            "nvidia.com/gpu",
            "dgx-b200",
        ),
        ({"nvidia.com/gpu.product": "NVIDIA-A100-80GB-PCIe"}, "nvidia.com/gpu", "a100-pcie-4"),
        (
            {"cloud.google.com/gke-accelerator": "nvidia-h200-141gb", "nvidia.com/gpu.machine": "x"},
            "nvidia.com/gpu",
            "hgx-h200",
        ),
        ({"nvidia.com/gpu.product": "NVIDIA-B300-SXM6-AC"}, "nvidia.com/gpu", "hgx-b300"),
        ({"amd.com/gpu.product-name": "AMD_Instinct_MI300X_OAM"}, "amd.com/gpu", "mi300x-8"),
        ({"amd.com/gpu.product-name": "AMD_Instinct_MI325_OAM"}, "amd.com/gpu", "mi325x-8"),
        ({"node.kubernetes.io/instance-type": "hls-gaudi3-8"}, "habana.ai/gaudi", "gaudi3-8"),
        ({"node.kubernetes.io/instance-type": "SYS-820GH-TNR2"}, "habana.ai/gaudi", "gaudi2-8"),
    ],
)
def test_machines_tell_servers_apart(
    matcher: Matcher, labels: dict[str, str], resource: str, name: str
) -> None:
    match = matcher.match(labels, {resource: 8})
    assert match is not None and match.profile.name == name


def test_a_gaudi_without_any_label_counts_as_the_larger_one(matcher: Matcher) -> None:
    match = matcher.match({}, {"habana.ai/gaudi": 8})
    assert match is not None and match.profile.name == "gaudi3-8" and match.note
