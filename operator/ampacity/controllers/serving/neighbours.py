"""What others must have made for a pool to be reached: gateways, pickers, and their word on routes. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from types import MappingProxyType

from ampacity.apis.pool_serving import EntryGateway
from ampacity.controllers.serving.current import Existing, Verdict
from ampacity.controllers.status.serving import NO_GATEWAY, NO_PICKER, ROUTE_REFUSED, Trouble
from ampacity.translate.serving.objects import Served
from ampacity.translate.serving.routes import Route

Named = tuple[str, str]
"""Namespace and name."""

_REMEDIES = MappingProxyType(
    {
        "NotAllowedByListeners": "let routes of the pool's namespace attach at its listener (allowedRoutes)",
        "NoMatchingListenerHostname": "state spec.serving.hostnames that its listener takes",
        "NoMatchingParent": "name a listener that there is (sectionName)",
        "InvalidKind": "use a gateway that knows InferencePools, or remove their CRD",
        "RefNotPermitted": "allow it with a ReferenceGrant",
        "BackendNotFound": "see that nothing deletes the objects that it names",
    }
)
_OTHERWISE = "see to the gateway, or name another one"


def missing_gateways(made: Iterable[Route], gateways: Container[Named]) -> Iterator[Trouble]:
    """`gateways`: those that there are."""
    for number, route in enumerate(made):
        name = gateway_of(route)
        if name not in gateways:
            said = f"no Gateway {name[0]}/{name[1]} exists; create it, or correct name and namespace"
            yield Trouble(NO_GATEWAY, f"spec.serving.gateways[{number}]: {said}")


def refused_routes(made: Iterable[Route], found: dict[Named, Existing]) -> Iterator[Trouble]:
    """What gateways say against routes. `found`: routes as they are."""
    for number, route in enumerate(made):
        current = found.get((route.object.namespace, route.object.name))
        for verdict in current.against if current is not None else ():
            if _speaks_for(verdict, route.gateway, route.object.namespace):
                said = _told(verdict, "/".join(gateway_of(route)))
                yield Trouble(ROUTE_REFUSED, f"spec.serving.gateways[{number}]: {said}")


def picker_of(item: Served) -> Named:
    """The Service that an InferencePool names."""
    return item.namespace, item.body["spec"]["endpointPickerRef"]["name"]


def missing_pickers(items: Iterable[Served], missing: Container[Named]) -> Iterator[Trouble]:
    """`items`: InferencePools; `missing`: Services of pickers that do not exist."""
    for item in items:
        if picker_of(item) in missing:
            said = f"no Service {'/'.join(picker_of(item))} exists, which is to be the picker of {item}"
            yield Trouble(NO_PICKER, f"spec.serving.endpointPicker: {said}; install it, or name yours")


def gateway_of(route: Route) -> Named:
    """The gateway that a route is for."""
    return route.gateway.namespace or route.object.namespace, route.gateway.name


def _speaks_for(verdict: Verdict, gateway: EntryGateway, namespace: str) -> bool:
    same = verdict.section in ("", gateway.section_name or "")
    return same and (verdict.namespace or namespace, verdict.gateway) == (
        gateway.namespace or namespace,
        gateway.name,
    )


def _told(verdict: Verdict, gateway: str) -> str:
    why = f"{verdict.reason}: {verdict.message}" if verdict.message else verdict.reason
    remedy = _REMEDIES.get(verdict.reason, _OTHERWISE)
    return f"of its route, {gateway} says {verdict.kind}: False ({why}); {remedy}"
