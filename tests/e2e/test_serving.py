"""How pools are reached: Services everywhere; InferencePools and routes while their CRDs are installed, which
come, go and come again while the operator runs. All objects are judged by the real CRDs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hack import gateway_crds
from hack.api import ApiError, Object
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import gateways, objects
from tests.e2e.demand import make_sites
from tests.e2e.demand import pool as demanded
from tests.e2e.gateways import INFERENCE_POOLS, ROUTES, SERVICES, names, weights
from tests.e2e.situations import edit, edit_pool, pool_told, trouble, until
from tests.integration.controllers.steps import POOLS, pool, site

SITES = {"milan": "Edge", "lulea": "Central"}
EDGE = {"name": "milan", "region": "milan"}
ANYBODY = {"name": "world", "sectionName": "https"}
OBJECTS = {"chat-milan", "chat-lulea"}
PICKERS = {f"{name}-epp" for name in OBJECTS}


def serving(namespace: str, *more: Object) -> Object:
    """Gateways in the namespace of that name."""
    entries = [{**one, "namespace": namespace} for one in (EDGE, ANYBODY, *more)]
    return {"port": 8000, "gateways": entries, "hostnames": ["chat.example.com"]}


@pytest.fixture
def crds(stage: LocalCluster) -> Iterator[None]:
    """None of the CRDs, before and after."""
    every = [file for module in gateway_crds.MODULES for file in gateway_crds.files(module)]
    gateways.remove(stage, every)
    yield
    gateways.remove(stage, every)


def test_serving(stage: LocalCluster, operator: OperatorProcess, namespace: str, crds: None) -> None:
    """Four replicas of two GPUs each: two at the edge, as many as fit there, and two at the centre."""
    objects.create(
        stage.api, objects.round_profile(), *(site(name, SITES[name], "6kW", "r1") for name in SITES)
    )
    nodes = {name: stage.add_nodes(objects.node_line(1, "r1", name))[0] for name in SITES}
    wanted = pool("chat", 4, placement={"tiers": ["Edge", "Central"]}, serving=serving(namespace))
    _named_twice(stage, namespace, wanted)
    stage.api.post(POOLS.format(namespace), wanted)
    _services_alone(stage, namespace)
    _crds_come(stage, namespace)
    edge, world = _routes(stage, namespace)
    _others_have_their_part(stage, namespace, edge)
    _what_is_changed_is_put_back(stage, namespace, edge)
    _somebody_elses_stays(stage, namespace)
    _weights_follow_readiness(stage, namespace, nodes, edge, world)
    _crds_go(stage, namespace, edge)
    _nothing_is_wanted(stage, namespace)


def _routes(cluster: LocalCluster, namespace: str) -> tuple[str, str]:
    """Names of the two, by their gateways."""
    found = cluster.api.items(ROUTES.format(namespace))
    by_gateway = {one["spec"]["parentRefs"][0]["name"]: one["metadata"]["name"] for one in found}
    return by_gateway["milan"], by_gateway["world"]


def _named_twice(cluster: LocalCluster, namespace: str, wanted: Object) -> None:
    """One listener cannot stand for two origins."""
    spec = {**wanted["spec"], "serving": serving(namespace, {**EDGE, "region": "lulea"})}
    with pytest.raises(ApiError, match="the same gateway is named twice"):
        cluster.api.post(POOLS.format(namespace), {**wanted, "spec": spec})


def _services_alone(cluster: LocalCluster, namespace: str) -> None:
    until(lambda: names(cluster, SERVICES, namespace) == {"chat", *OBJECTS}, "Services")
    until(lambda: _told(cluster, namespace, "chat")[0] == "GatewayApiMissing", "to be told")
    until(lambda: _endpoints(cluster, namespace, "chat") == 4, "all replicas behind the Service for all")
    assert _endpoints(cluster, namespace, "chat-milan") == 2


def _crds_come(cluster: LocalCluster, namespace: str) -> None:
    for module in gateway_crds.MODULES:
        gateways.install(cluster, gateway_crds.files(module))
    until(lambda: len(names(cluster, ROUTES, namespace)) == 2, "routes")
    edge, world = _routes(cluster, namespace)
    even = {f"InferencePool/{name}": 500 for name in OBJECTS}
    until(lambda: weights(cluster, namespace, edge) == weights(cluster, namespace, world) == even, "weights")
    assert names(cluster, INFERENCE_POOLS, namespace) == OBJECTS
    found = cluster.api.get(f"{INFERENCE_POOLS.format(namespace)}/chat-milan")["spec"]
    assert found["targetPorts"] == [{"number": 8000}]
    assert found["endpointPickerRef"]["name"] == "chat-milan-epp"
    parent = cluster.api.get(f"{ROUTES.format(namespace)}/{world}")["spec"]["parentRefs"][0]
    assert (parent["namespace"], parent["sectionName"]) == (namespace, "https")


def _others_have_their_part(cluster: LocalCluster, namespace: str, edge: str) -> None:
    """Gateways and endpoint pickers are missing, then there; then a gateway refuses a route, for a while."""
    until(lambda: _told(cluster, namespace, "chat")[0] == "GatewayNotFound", "gateways to be missed")
    said = _told(cluster, namespace, "chat")[1]
    assert f"spec.serving.gateways[0]: no Gateway {namespace}/milan exists; create it" in said
    gateways.create(cluster, namespace, "milan", "world")
    until(lambda: _told(cluster, namespace, "chat")[0] == "PickerNotFound", "pickers to be missed")
    assert f"no Service {namespace}/chat-milan-epp exists" in _told(cluster, namespace, "chat")[1]
    for name in PICKERS:
        spec = {"ports": [{"port": 9002}], "selector": {"app": name}}
        cluster.api.post(SERVICES.format(namespace), {"metadata": {"name": name}, "spec": spec})
    until(lambda: _told(cluster, namespace, "chat") == ("", ""), "nothing to be amiss")
    denied = ("Accepted", "False", "NotAllowedByListeners", "no listener lets it in")
    gateways.says(cluster, namespace, edge, denied, ("ResolvedRefs", "True", "ResolvedRefs", ""))
    until(lambda: _told(cluster, namespace, "chat")[0] == "RouteRefused", "the refusal to be told")
    said = _told(cluster, namespace, "chat")[1]
    assert "milan says Accepted: False (NotAllowedByListeners: no listener lets it in); let routes" in said
    gateways.says(cluster, namespace, edge, ("ResolvedRefs", "False", "InvalidKind", "what is that?"))
    until(lambda: "gateway that knows InferencePools" in _told(cluster, namespace, "chat")[1], "a remedy")
    gateways.says(cluster, namespace, edge, ("Accepted", "True", "Accepted", ""))
    until(lambda: _told(cluster, namespace, "chat") == ("", ""), "nothing to be amiss")


def _what_is_changed_is_put_back(cluster: LocalCluster, namespace: str, route: str) -> None:
    path, before = f"{ROUTES.format(namespace)}/{route}", weights(cluster, namespace, route)
    cluster.api.patch(
        path, [{"op": "replace", "path": "/spec/rules/0/backendRefs/0/weight", "value": 7}], "json"
    )
    until(lambda: weights(cluster, namespace, route) == before, "the weight to be as it was")
    cluster.api.delete(f"{SERVICES.format(namespace)}/chat-milan")
    until(lambda: "chat-milan" in names(cluster, SERVICES, namespace), "the Service to be back")


def _somebody_elses_stays(cluster: LocalCluster, namespace: str) -> None:
    """A Service that has the name that a pool's would have; the pool's label alone makes it nobody's."""
    theirs: Object = {
        "metadata": {"name": "shop", "labels": {"ampacity.io/pool": "shop"}},
        "spec": {"ports": [{"port": 443}], "selector": {"app": "shop"}},
    }
    before = cluster.api.post(SERVICES.format(namespace), theirs)
    cluster.api.post(POOLS.format(namespace), pool("shop", 0, serving={"port": 80}))
    until(lambda: _told(cluster, namespace, "shop")[0] == "ServingRefused", "to be told")
    assert f"Service {namespace}/shop: exists and is not of this pool" in _told(cluster, namespace, "shop")[1]
    cluster.api.delete(f"{POOLS.format(namespace)}/shop")
    assert cluster.api.get(f"{SERVICES.format(namespace)}/shop")["spec"] == before["spec"]
    cluster.api.delete(f"{SERVICES.format(namespace)}/shop")


def _weights_follow_readiness(
    cluster: LocalCluster, namespace: str, nodes: dict[str, str], edge: str, world: str
) -> None:
    """One site fails, then the other: with nothing ready, the route names the one that comes first."""
    centre = {"InferencePool/chat-lulea": 1000}
    trouble(cluster, nodes["milan"], "NotReady")
    until(
        lambda: weights(cluster, namespace, edge) == weights(cluster, namespace, world) == centre, "to leave"
    )
    trouble(cluster, nodes["lulea"], "NotReady")
    until(lambda: weights(cluster, namespace, edge) == {"InferencePool/chat-milan": 1}, "the nearest")
    until(lambda: _told(cluster, namespace, "chat")[0] == "NothingReady", "to be told")
    for node in nodes.values():
        trouble(cluster, node, None)
    until(lambda: sum(weights(cluster, namespace, edge).values()) == 1000, "to be back")
    until(lambda: _told(cluster, namespace, "chat") == ("", ""), "nothing to be amiss")


def _crds_go(cluster: LocalCluster, namespace: str, edge: str) -> None:
    """First those of the extension, then all; then all come again."""
    gateways.remove(cluster, gateway_crds.files(gateway_crds.INFERENCE))
    services = {f"Service/{name}" for name in OBJECTS}
    until(lambda: weights(cluster, namespace, edge).keys() == services, "routes to Services")
    gateways.remove(cluster, gateway_crds.files(gateway_crds.GATEWAY_API))
    until(lambda: _told(cluster, namespace, "chat")[0] == "GatewayApiMissing", "to be told")
    for module in gateway_crds.MODULES:
        gateways.install(cluster, gateway_crds.files(module))
    pools = {f"InferencePool/{name}" for name in OBJECTS}
    until(lambda: weights(cluster, namespace, edge).keys() == pools, "routes to InferencePools again")


def _nothing_is_wanted(cluster: LocalCluster, namespace: str) -> None:
    edit_pool(cluster, namespace, "chat", serving=None)
    kinds = (ROUTES, INFERENCE_POOLS, SERVICES)
    until(lambda: set().union(*(names(cluster, kind, namespace) for kind in kinds)) == PICKERS, "all of ours")


def _told(cluster: LocalCluster, namespace: str, name: str) -> tuple[str, str]:
    return pool_told(cluster, namespace, name, "NotServed")


def _endpoints(cluster: LocalCluster, namespace: str, service: str) -> int:
    """Ready endpoints of a Service."""
    path = f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"
    slices = cluster.api.items(path, labelSelector=f"kubernetes.io/service-name={service}")
    ends = [end for one in slices for end in one.get("endpoints") or ()]
    return sum(end["conditions"]["ready"] for end in ends)


def test_serving_by_region(
    stage: LocalCluster, operator: OperatorProcess, namespace: str, crds: None
) -> None:
    """Each gateway goes by its own row: users of the north never reach the south, nor the other way round."""
    gateways.install(stage, gateway_crds.files(gateway_crds.GATEWAY_API))
    gateways.create(stage, namespace, "north", "south")
    make_sites(stage, ("north", "south"), nodes=1, central=1)
    wanted = demanded("chat", {"north": 10, "south": 4})
    wanted["spec"]["serving"] = {
        "port": 80,
        "gateways": [{"name": one, "region": one} for one in ("north", "south")],
    }
    stage.api.post(POOLS.format(namespace), wanted)
    north, south, centre = (f"Service/chat-{one}" for one in ("north", "south", "central"))
    until(lambda: weights(stage, namespace, "chat-south") == {south: 1000}, "the south to have its own site")
    until(
        lambda: weights(stage, namespace, "chat-north") == {north: 888, centre: 112}, "the north to overflow"
    )
    dark = [name for name in stage.api.names("/api/v1/nodes") if "north" in name]
    for node in dark:
        trouble(stage, node, "NotReady")
    until(lambda: weights(stage, namespace, "chat-north") == {centre: 1000}, "the dark site to be left", 10)
    assert weights(stage, namespace, "chat-south") == {south: 1000}
    edit(stage, "central", state="Lost")
    until(lambda: _told(stage, namespace, "chat")[0] == "NothingReady", "the north to be told")
    assert not weights(stage, namespace, "chat-north").keys() & {south, centre}
