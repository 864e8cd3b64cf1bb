"""Gateways and pickers that are missing, and what gateways say against routes, with field and remedy."""

from __future__ import annotations

import asyncio
from typing import Any

from ampacity.apis.pool_serving import EntryGateway
from ampacity.cluster.errors import ApiError
from ampacity.controllers.serving.current import Existing, read_existing
from ampacity.controllers.serving.neighbours import missing_gateways, missing_pickers, refused_routes
from ampacity.controllers.serving.pickers import Pickers
from ampacity.controllers.status.serving import NO_GATEWAY, NO_PICKER, ROUTE_REFUSED, Trouble
from ampacity.translate.serving.objects import INFERENCE_POOL, ROUTE, Served
from ampacity.translate.serving.origins import Split
from ampacity.translate.serving.routes import Route

EDGE = EntryGateway(name="edge", namespace="ingress", region="paris")
HERE = EntryGateway(name="here")


def route(gateway: EntryGateway) -> Route:
    return Route(Served(ROUTE, "ai", f"chat-{gateway.name}", ("u", 1), {}), gateway, Split())


def found(*parents: dict[str, Any], name: str = "chat-edge") -> dict[tuple[str, str], Existing]:
    metadata = {
        "uid": "r", "resourceVersion": "1", "namespace": "ai", "name": name,
        "labels": {"ampacity.io/pool": "chat"},
    }  # fmt: skip
    record = read_existing({"metadata": metadata, "spec": {}, "status": {"parents": list(parents)}})
    assert record is not None
    return {("ai", name): record}


def said(kind: str, status: str, reason: str, message: str = "", **ref: str) -> dict[str, Any]:
    conditions = [{"type": kind, "status": status, "reason": reason, "message": message}]
    return {"parentRef": {"name": "edge", "namespace": "ingress", **ref}, "conditions": conditions}


def test_a_gateway_that_is_not_there() -> None:
    assert list(missing_gateways([route(HERE), route(EDGE)], {("ai", "here")})) == [
        Trouble(
            NO_GATEWAY,
            "spec.serving.gateways[1]: no Gateway ingress/edge exists; create it, or correct name and"
            " namespace",
        )
    ]
    assert list(missing_gateways([route(EDGE)], {("ingress", "edge")})) == []


def test_what_a_gateway_says_against_a_route() -> None:
    denied = said("Accepted", "False", "NotAllowedByListeners", "not from ai")
    (trouble,) = refused_routes([route(HERE), route(EDGE)], found(denied))
    assert trouble == Trouble(
        ROUTE_REFUSED,
        "spec.serving.gateways[1]: of its route, ingress/edge says Accepted: False (NotAllowedByListeners:"
        " not from ai); let routes of the pool's namespace attach at its listener (allowedRoutes)",
    )
    (other,) = refused_routes([route(EDGE)], found(said("ResolvedRefs", "False", "Strange")))
    assert other.message.endswith("ResolvedRefs: False (Strange); see to the gateway, or name another one")


def test_what_says_nothing_against_it() -> None:
    fine = said("Accepted", "True", "Accepted")
    unasked = said("Programmed", "False", "Pending")
    of_another = said("Accepted", "False", "NoMatchingParent", name="other")
    listener = said("Accepted", "False", "NoMatchingParent", sectionName="https")
    assert list(refused_routes([route(EDGE)], found(fine, unasked, of_another, listener))) == []
    assert list(refused_routes([route(EDGE)], {})) == []


def test_a_picker_that_is_not_there() -> None:
    pool = Served(
        INFERENCE_POOL, "ai", "chat-paris", ("u", 1), {"spec": {"endpointPickerRef": {"name": "epp"}}}
    )
    (trouble,) = missing_pickers([pool], {("ai", "epp")})
    assert trouble.reason == NO_PICKER
    assert trouble.message.startswith("spec.serving.endpointPicker: no Service ai/epp exists")
    assert list(missing_pickers([pool], ())) == []


class Cluster:
    """Has some Services, and notes what it is asked for."""

    def __init__(self, *services: str) -> None:
        self.services, self.asked = set(services), list[str]()

    async def get(self, path: str) -> dict[str, Any]:
        name = path.rpartition("/")[2]
        self.asked.append(name)
        if name == "broken":
            raise ApiError(500, "InternalError", "etcd")
        if name not in self.services:
            raise ApiError(404, "NotFound", "no such Service")
        return {}


def test_pickers_are_asked_for_a_few_at_a_time_and_again_after_a_while() -> None:
    now, cluster = [100.0], Cluster("there")
    pickers = Pickers(cluster, lambda: now[0])  # type: ignore[arg-type]
    wanted = [("ai", name) for name in ("there", "gone", "broken")]
    assert asyncio.run(pickers.look(wanted)) == {("ai", "gone")}
    cluster.asked.clear()
    assert asyncio.run(pickers.look(wanted)) == {("ai", "gone")}
    assert cluster.asked == ["broken"]
    now[0] += 10.0
    cluster.services.add("gone")
    assert asyncio.run(pickers.look(wanted)) == frozenset()
    many = [("ai", f"s{number}") for number in range(30)]
    assert [len(asyncio.run(pickers.look(many))) for _ in range(4)] == [10, 20, 30, 30]
