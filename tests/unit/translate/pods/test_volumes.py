from ampacity.core.snapshot import Requirement
from ampacity.translate.pods.volumes import bound_terms, read_claim, read_volume

ZONE_A = ((Requirement("zone", "In", ("a",)),),)


def volume(name: str, *terms: dict) -> dict:
    required = {"required": {"nodeSelectorTerms": list(terms)}}
    return {"metadata": {"name": name}, "spec": {"nodeAffinity": required} if terms else {}}


def claim(name: str, volume: str = "") -> dict:
    return {"metadata": {"name": name, "namespace": "ml"}, "spec": {"volumeName": volume} if volume else {}}


IN_A = {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}


def test_a_bound_volume_narrows_the_nodes_of_its_claim() -> None:
    claims = [claim("zonal", "v1"), claim("anywhere", "v2"), claim("unbound"), claim("lost", "gone")]
    volumes = [volume("v1", IN_A), volume("v2")]
    assert bound_terms(map(read_claim, claims), map(read_volume, volumes)) == {"ml/zonal": ZONE_A}


def test_an_empty_term_matches_no_node() -> None:
    assert read_volume(volume("v", {})).terms == ((),)
