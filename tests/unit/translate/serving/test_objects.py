"""The objects that a pool is reached by, and what they are called."""

from __future__ import annotations

from typing import Any

import pytest

from ampacity.apis import GPUInferencePool
from ampacity.core.residency import ANYWHERE
from ampacity.translate.serving.backends import backends, port_of, problem_of
from ampacity.translate.serving.naming import pool_service, route, site_object
from ampacity.translate.serving.objects import DIGEST, Served
from ampacity.translate.serving.origins import Standing
from ampacity.translate.serving.routes import routes
from tests.builders.world import pool as record

SERVER: dict[str, Any] = {"name": "main", "image": "server", "ports": [{"containerPort": 9000}]}
GATEWAY = {"name": "entry", "namespace": "ingress"}


def pool(serving: dict[str, Any] | None = None, container: dict[str, Any] = SERVER) -> GPUInferencePool:
    spec: dict[str, Any] = {"template": {"spec": {"containers": [container]}}}
    metadata = {"name": "chat", "namespace": "ai", "uid": "u1", "generation": 3}
    return GPUInferencePool.model_validate(
        {"metadata": metadata, "spec": spec | ({} if serving is None else {"serving": serving})}
    )


def made(serving: dict[str, Any], *, inference: bool = True) -> dict[str, Served]:
    found = backends(pool(serving), 9000, ["milan"], inference=inference)
    return {f"{one.kind}/{one.name}": one for one in found}


def spec_of_route(
    ready: dict[str, int], usable: tuple[str, ...] = ("milan", "oslo"), *, inference: bool = False
) -> dict[str, Any]:
    standing = Standing(record(), ready, {}, ANYWHERE)
    (found,) = routes(pool({"gateways": [GATEWAY]}), standing, 9000, usable, inference=inference)
    spec: dict[str, Any] = found.object.body["spec"]
    return spec


def test_one_service_for_all_and_for_each_site_a_service_and_an_inference_pool() -> None:
    assert list(made({})) == ["Service/chat", "Service/chat-milan", "InferencePool/chat-milan"]
    assert list(made({}, inference=False)) == ["Service/chat", "Service/chat-milan"]


def test_selectors_are_the_labels_of_the_pods() -> None:
    found = made({})
    assert found["Service/chat"].body["spec"]["selector"] == {"ampacity.io/pool": "chat"}
    both = {"ampacity.io/pool": "chat", "ampacity.io/site": "milan"}
    assert found["Service/chat-milan"].body["spec"]["selector"] == both
    assert found["InferencePool/chat-milan"].body["spec"]["selector"] == {"matchLabels": both}


def test_the_pool_owns_them_all() -> None:
    owners = [one.body["metadata"]["ownerReferences"] for one in made({}).values()]
    assert all([(one["kind"], one["uid"], one["controller"]) for one in some] for some in owners)
    assert {some[0]["uid"] for some in owners} == {"u1"}


def test_the_endpoint_picker_is_the_llm_d_router_unless_another_is_named() -> None:
    def picker(serving: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = made(serving)["InferencePool/chat-milan"].body["spec"]["endpointPickerRef"]
        return found

    assert (picker({})["name"], picker({})["port"]) == ("chat-milan-epp", {"number": 9002})
    own = {"name": "pick-{site}-{pool}", "port": 7000, "failureMode": "FailOpen"}
    found = picker({"endpointPicker": own})
    assert (found["name"], found["failureMode"]) == ("pick-milan-chat", "FailOpen")


def test_the_port_is_the_one_stated_else_the_servers_first() -> None:
    assert port_of(pool({"port": 80})) == 80
    assert port_of(pool({})) == 9000
    silent = pool({}, {"name": "main", "image": "server"})
    assert port_of(silent) is None
    assert str(problem_of(silent)).startswith("spec.serving.port: nothing says at which port")
    assert problem_of(pool(None, {"name": "main"})) is None


def test_a_route_names_its_gateway_in_its_namespace() -> None:
    (parent,) = spec_of_route({"milan": 1})["parentRefs"]
    assert parent == {"group": "gateway.networking.k8s.io", "kind": "Gateway", **GATEWAY}


@pytest.mark.parametrize("inference", [True, False])
def test_a_route_names_inference_pools_where_there_are_any_else_services(inference: bool) -> None:
    refs = spec_of_route({"milan": 3, "oslo": 1}, inference=inference)["rules"][0]["backendRefs"]
    assert [(ref["name"], ref["weight"]) for ref in refs] == [("chat-milan", 750), ("chat-oslo", 250)]
    assert {ref["kind"] for ref in refs} == {"InferencePool" if inference else "Service"}
    assert all(("port" in ref) != inference for ref in refs)


def test_a_site_without_a_backend_gets_no_weight() -> None:
    refs = spec_of_route({"milan": 3, "oslo": 1}, ("oslo",))["rules"][0]["backendRefs"]
    assert [(ref["name"], ref["weight"]) for ref in refs] == [("chat-oslo", 1000)]


def test_with_nothing_ready_the_first_site_answers_that_there_is_nothing() -> None:
    refs = spec_of_route({"milan": 0, "oslo": 0})["rules"][0]["backendRefs"]
    assert [(ref["name"], ref["weight"]) for ref in refs] == [("chat-milan", 1)]


def test_with_no_site_at_all_the_route_names_none() -> None:
    assert spec_of_route({})["rules"] == [{}]


def test_the_digest_changes_with_what_is_written() -> None:
    digests = {one.body["metadata"]["annotations"][DIGEST] for one in made({}).values()}
    other = made({"endpointPicker": {"port": 7000}})["InferencePool/chat-milan"]
    assert other.body["metadata"]["annotations"][DIGEST] not in digests


def test_names_are_plain_where_they_are_clear() -> None:
    assert (pool_service("chat"), site_object("chat", "milan")) == ("chat", "chat-milan")
    assert route("chat", "entry") == "chat-entry"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (site_object("a-b", "c"), site_object("a", "b-c")),
        (route("chat", "entry"), route("chat", "entry", "ingress")),
        (route("chat", "entry", "x"), route("chat", "entry", "", "x")),
        (site_object("a.b", "c"), site_object("a-b", "c")),
        (site_object("x" * 63, "a"), site_object("x" * 63, "b")),
    ],
)
def test_names_never_meet(one: str, other: str) -> None:
    assert one != other


@pytest.mark.parametrize("name", ["7b-chat", "chat.v2", "x" * 63, "9"])
def test_every_name_is_good_for_a_service_and_its_picker(name: str) -> None:
    for found in (pool_service(name), site_object(name, "milan"), route(name, "entry", "ingress")):
        assert len(f"{found}-epp") <= 63
        assert found[0].isalpha() and found[-1].isalnum() and "." not in found
