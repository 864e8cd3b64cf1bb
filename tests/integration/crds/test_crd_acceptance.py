"""What the API server takes: both forms of every shorthand, the example sites, the catalogue, pools."""

import json
from typing import Any

import pytest
import yaml

from ampacity.apis import SitePowerEnvelope, read
from ampacity.catalogue import documents
from ampacity.translate.sites.site import site_of
from hack.cluster import Cluster
from hack.generate import ROOT
from tests.builders.resources import envelope, pool, rack
from tests.integration.crds.conftest import KINDS, Refusal

SITES = ROOT / "examples" / "sites"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
ANNOTATION_LIMIT = 256 * 1024  # bytes of all annotations of an object together
PLATE = {"voltage": "400V", "current": "32A", "phases": 3}


@pytest.mark.parametrize(
    "fields",
    [
        {"power": ["ups", {"name": "meter"}]},
        {"power": [{"name": "ups", "share": "60%", "breaker": "50kW"}, {"name": "meter", "share": "60%"}]},
        {"power": [{"name": "ups", "breaker": PLATE | {"continuous": True, "powerFactor": 0.99}}]},
        {"liquid": "cdu", "air": {"name": "room", "limit": "17kW"}},
        {"liquid": {"name": "cdu"}, "air": {"suppliers": ["room", {"name": "room-2"}], "limit": "17kW"}},
        {"liquid": {"suppliers": ["cdu-1", {"name": "cdu-2"}]}},
        {"baseLoad": "600W"},
        {"baseLoad": {"watts": "2kW", "air": "2kW"}},
        {"nodes": "3x l40s-8"},
        {"nodes": {"count": 3, "profile": "l40s-8", "off": True}},
        {"nodes": ["3x l40s-8", "l4-4", {"profile": "l4-8"}]},
        {"nodeNames": ["gpu-{rack}-[1-4]", "*.{rack}.example"], "shelves": "8x33kW", "limit": "132 kW"},
    ],
)
def test_both_forms_are_stored_as_they_were_written(api_server: Cluster, fields: dict[str, Any]) -> None:
    obj = envelope(racks=[rack(**fields)])
    stored = api_server.api.request("POST", f"{KINDS}/sitepowerenvelopes", obj, {"dryRun": "All"})
    assert stored["spec"]["racks"] == obj["spec"]["racks"]
    assert read(SitePowerEnvelope, stored)[1] == ()


@pytest.mark.parametrize("name", ["edge-small", "central-hall"])
def test_the_example_sites(api_server: Cluster, name: str) -> None:
    file = SITES / f"{name}.yaml"
    api_server.kubectl("apply", "-f", str(file))
    stored = api_server.api.get(f"{KINDS}/sitepowerenvelopes/{name}")
    from_file, _ = site_of(yaml.safe_load(file.read_text(encoding="utf-8")))
    from_server, problems = site_of(stored)
    assert problems == () and from_server is not None and from_file is not None
    assert from_server.racks == from_file.racks and from_server.domains == from_file.domains
    assert stored["status"] == {"observedGeneration": -1}


def test_the_large_hall_leaves_room_in_the_annotations(api_server: Cluster) -> None:
    api_server.kubectl("apply", "-f", str(SITES / "central-hall.yaml"))
    stored = api_server.api.get(f"{KINDS}/sitepowerenvelopes/central-hall")
    applied = stored["metadata"]["annotations"][LAST_APPLIED]
    # kopf keeps the spec once more as its diff base.
    assert len(applied) + len(json.dumps(stored["spec"])) < ANNOTATION_LIMIT // 20


def test_a_site_spelled_out_rack_by_rack(refusal: Refusal) -> None:
    """1,250 racks without a pattern: far more than the policy's cost limit; the CRD still takes it."""
    cords = [{"name": "ups", "breaker": PLATE}, {"name": "meter", "breaker": "50kW"}]
    spelled = [rack(f"r{n}", power=cords, nodes="4x hgx-h200", baseLoad="1kW") for n in range(1250)]
    assert refusal(envelope(racks=spelled)) == ""


def test_the_catalogue(api_server: Cluster) -> None:
    api_server.kubectl("apply", "--server-side", "-f", str(ROOT / "charts/ampacity/files/catalogue.yaml"))
    stored = api_server.api.names(f"{KINDS}/acceleratorprofiles")
    assert stored == [str(document["metadata"]["name"]) for document in documents()]


def test_a_pool_scales(api_server: Cluster) -> None:
    path = f"{KINDS}/namespaces/default/gpuinferencepools"
    made = api_server.api.post(path, pool("scaled", accelerators=["h200", "hgx-h100"]))
    assert "replicas" not in made["spec"], "a default would stand in the way of demand"
    status = {"status": {"observedGeneration": 1, "replicas": 1, "selector": "ampacity.io/pool=scaled"}}
    api_server.api.patch(f"{path}/scaled/status", status)
    api_server.kubectl("scale", "pool/scaled", "--replicas=3")
    scale = api_server.api.get(f"{path}/scaled/scale")
    assert (scale["spec"]["replicas"], scale["status"]["replicas"]) == (3, 1)
    assert scale["status"]["selector"] == "ampacity.io/pool=scaled"


def test_a_pool_with_demand_does_not_scale(api_server: Cluster) -> None:
    path = f"{KINDS}/namespaces/default/gpuinferencepools"
    demand = {"regions": [{"region": "a", "requestsPerSecond": 1, "inputTokens": 1, "outputTokens": 1}]}
    api_server.api.post(path, pool("demanding", demand=demand))
    with pytest.raises(Exception, match="replicas are either stated or follow from demand"):
        api_server.kubectl("scale", "pool/demanding", "--replicas=3")


def test_a_pool_keeps_any_pod_template_but_a_node_name(api_server: Cluster) -> None:
    container = {
        "name": "main",
        "image": "server",
        "resources": {"limits": {"nvidia.com/gpu": 2}},
        "env": [{"name": "A"}],
    }
    template = {
        "metadata": {"labels": {"a": "b"}},
        "spec": {"containers": [container], "tolerations": [{"key": "x"}]},
    }
    path = f"{KINDS}/namespaces/default/gpuinferencepools"
    stored = api_server.api.request("POST", path, pool(template=template), {"dryRun": "All"})
    assert stored["spec"]["template"] == template
    template["spec"]["nodeName"] = "n1"
    with pytest.raises(Exception, match=r"spec.template.spec.nodeName.*leave nodeName out"):
        api_server.api.request("POST", path, pool(template=template), {"dryRun": "All"})


def test_short_names_category_and_columns(api_server: Cluster) -> None:
    api_server.kubectl("apply", "-f", str(SITES / "edge-small.yaml"))
    for short in ("spe", "envelope", "ap", "gip", "pool"):
        api_server.kubectl("get", short)
    header, *rows = api_server.kubectl("get", "spe").splitlines()
    assert header.split() == ["NAME", "TIER", "RACKS", "CAPACITY", "RESERVED", "HEADROOM", "READY", "AGE"]
    assert any(row.split()[:2] == ["edge-small", "Edge"] for row in rows)
    assert "sitepowerenvelope.ampacity.io/edge-small" in api_server.kubectl("get", "ampacity", "-o", "name")


def test_the_reference_is_on_the_server(api_server: Cluster) -> None:
    text = api_server.kubectl("explain", "sitepowerenvelope.spec.racks.power.breaker")
    assert "usable watts" in text and "voltage" in text
