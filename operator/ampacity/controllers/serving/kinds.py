"""Where the kinds are served that pools are reached by, and which of them may be missing."""

from __future__ import annotations

from dataclasses import dataclass

from ampacity.translate.serving.objects import INFERENCE_POOL, ROUTE, SERVICE


@dataclass(frozen=True, slots=True)
class Kind:
    """`group`: of the API, "" for what every cluster has."""

    plural: str
    version: str = "v1"
    group: str = ""

    @property
    def root(self) -> str:
        """The path of its group and version."""
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"

    @property
    def everywhere(self) -> str:
        """The path of all of them."""
        return f"{self.root}/{self.plural}"

    def path(self, namespace: str, name: str) -> str:
        """The path of one of them."""
        return f"{self.root}/namespaces/{namespace}/{self.plural}/{name}"


KINDS = {
    SERVICE: Kind("services"),
    INFERENCE_POOL: Kind("inferencepools", group="inference.networking.k8s.io"),
    ROUTE: Kind("httproutes", group="gateway.networking.k8s.io"),
}
"""Backends before the routes that name them."""

GATEWAY = "Gateway"
WATCHED = {**KINDS, GATEWAY: Kind("gateways", group="gateway.networking.k8s.io")}
"""Gateways are other people's: it is only looked whether there are any of that name."""
