"""What the operator asks of the API server, by kind: the steps of its cycle as they look on the wire."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PODS = r"/api/v1/namespaces/[^/]+/pods/[^/]+"
_OURS = r"/apis/ampacity\.io/v1alpha1/(namespaces/[^/]+/)?"


@dataclass(frozen=True, slots=True)
class Kind:
    """Requests of one method, on paths that match, with `needle` in the body."""

    name: str
    method: str
    path: str
    needle: bytes = b""

    def fits(self, method: str, path: str, body: bytes) -> bool:
        return method == self.method and bool(re.fullmatch(self.path, path)) and self.needle in body


RENEW_LEASE, READ_LEDGER, WRITE_LEDGER = "renew the lease", "read the ledger", "write the ledger"
GRANT, BIND = "grant by the gate", "grant by binding"

KINDS = (
    Kind(RENEW_LEASE, "PUT", r"/apis/coordination\.k8s\.io/.*/leases/[^/]+"),
    Kind(READ_LEDGER, "GET", r".*/configmaps/ampacity-holds"),
    Kind(WRITE_LEDGER, "PUT", r".*/configmaps/ampacity-holds"),
    Kind("create the ledger", "POST", r".*/configmaps"),
    Kind("list pods", "GET", r"/api/v1/pods"),
    Kind("list nodes", "GET", r"/api/v1/nodes"),
    Kind("list Deployments", "GET", r"/apis/apps/v1/deployments"),
    Kind("list envelopes", "GET", rf"{_OURS}sitepowerenvelopes"),
    Kind("read accepted generations", "GET", r".*/controllerrevisions"),
    Kind("record an accepted generation", "POST", r".*/controllerrevisions"),
    Kind("drop a replaced generation", "DELETE", r".*/controllerrevisions/[^/]+"),
    Kind(GRANT, "PATCH", _PODS),
    Kind(BIND, "POST", rf"{_PODS}/binding"),
    Kind("change a pod in doubt", "PATCH", rf"{_PODS}/status", b"ampacity.io/Fenced"),
    Kind("mark a pod as powered", "PATCH", rf"{_PODS}/status", b'"status":"True"'),
    Kind("mark a pod as waiting", "PATCH", rf"{_PODS}/status", b'"status":"False"'),
    Kind("apply a Deployment", "PATCH", r".*/deployments/[^/]+"),
    Kind("delete a Deployment", "DELETE", r".*/deployments/[^/]+"),
    Kind("write a status", "PATCH", rf"{_OURS}[a-z]+/[^/]+/status"),
    Kind("apply the catalogue", "PATCH", rf"{_OURS}(acceleratorprofiles|modelprofiles)/[^/]+"),
    Kind("post an event", "POST", r".*/events"),
)


def kind_of(method: str, path: str, body: bytes) -> str:
    """The name of the first kind that fits; "" for a request of no interest."""
    return next((kind.name for kind in KINDS if kind.fits(method, path, body)), "")
