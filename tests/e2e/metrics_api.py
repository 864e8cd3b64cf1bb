"""A metrics.k8s.io that says what pods use: a load, shared evenly by the ready pods of a namespace.

The API server finds it by a Service of type ExternalName, which is all that it takes for the real controller
of HorizontalPodAutoscalers to work.
"""

from __future__ import annotations

import json
import ssl
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from hack.api import Api, ApiError, Object
from hack.cluster import LocalCluster

_GROUP, _VERSION = "metrics.k8s.io", "v1beta1"
_SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices"


class MetricsApi:
    """As a context manager it is registered and gone again. `load`: milli-CPUs of all pods together."""

    def __init__(self, cluster: LocalCluster, namespace: str) -> None:
        self._cluster, self._namespace = cluster, namespace
        self.load = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        pki = cluster.run / "pki"
        tls.load_cert_chain(pki / "server.crt", pki / "server.key")
        self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        name, api = f"{_VERSION}.{_GROUP}", self._cluster.api
        service = {"type": "ExternalName", "externalName": "localhost"}
        api.post(
            f"/api/v1/namespaces/{self._namespace}/services",
            {"metadata": {"name": "metrics"}, "spec": service},
        )
        there = {"namespace": self._namespace, "name": "metrics", "port": self._server.server_port}
        spec = {
            "group": _GROUP, "version": _VERSION, "service": there, "insecureSkipTLSVerify": True,
            "groupPriorityMinimum": 100, "versionPriority": 100,
        }  # fmt: skip
        api.post(_SERVICES, {"metadata": {"name": name}, "spec": spec})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._cluster.api.delete(f"{_SERVICES}/{_VERSION}.{_GROUP}")
        except ApiError as failure:
            if failure.status != 404:
                raise
        finally:
            self._server.shutdown()
            self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        metrics = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                found = metrics.answer(self.path.partition("?")[0])
                body = json.dumps(found or {"kind": "Status", "code": 404}).encode()
                self.send_response(200 if found else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Nobody reads it."""

        return Handler

    def answer(self, path: str) -> Object | None:
        """What stands at a path of the API; None if nothing does."""
        if path == f"/apis/{_GROUP}/{_VERSION}":
            pods = {"name": "pods", "namespaced": True, "kind": "PodMetrics", "verbs": ["get", "list"]}
            both = {"groupVersion": f"{_GROUP}/{_VERSION}", "resources": [pods]}
            return {"kind": "APIResourceList", "apiVersion": "v1", **both}
        if path == f"/apis/{_GROUP}/{_VERSION}/namespaces/{self._namespace}/pods":
            return self._pods()
        return None

    def _pods(self) -> Object:
        ready = ready_pods(self._cluster.api, self._namespace)
        each = f"{self.load // max(1, len(ready))}m"
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        items = [
            {
                "metadata": {"name": pod["metadata"]["name"], "namespace": self._namespace},
                "timestamp": now,
                "window": "0s",
                "containers": [{"name": "server", "usage": {"cpu": each, "memory": "1Gi"}}],
            }
            for pod in ready
        ]
        return {
            "kind": "PodMetricsList",
            "apiVersion": f"{_GROUP}/{_VERSION}",
            "metadata": {},
            "items": items,
        }


def ready_pods(api: Api, namespace: str) -> list[Object]:
    """Pods that are ready and not on their way out."""
    return [
        pod
        for pod in api.items(f"/api/v1/namespaces/{namespace}/pods")
        if "deletionTimestamp" not in pod["metadata"] and _is_ready(pod)
    ]


def _is_ready(pod: Object) -> bool:
    conditions = pod.get("status", {}).get("conditions", ())
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
