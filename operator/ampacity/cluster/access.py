"""Where the API server is and who we are: from a kubeconfig, or from inside a pod."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ampacity.cluster.credentials import Credentials, StaticToken, TokenFile
from ampacity.cluster.errors import AccessError
from ampacity.cluster.kubeconfig import Entry, Kubeconfig

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach one API server. `tls` None: plain http. `server_name`: expected in its certificate."""

    server: str
    tls: ssl.SSLContext | None = None
    server_name: str | None = None
    proxy: str | None = None
    credentials: Credentials = field(default_factory=StaticToken)
    namespace: str = "default"


def find_access(kubeconfig: Path | None = None, context: str | None = None) -> Access:
    """Access by this kubeconfig, else by $KUBECONFIG, else from inside a pod, else by ~/.kube/config.

    AccessError says what is missing.
    """
    if kubeconfig is not None:
        return from_kubeconfig([kubeconfig], context)
    named = [Path(part) for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    if named:
        return from_kubeconfig(named, context)
    if context is None and "KUBERNETES_SERVICE_HOST" in os.environ and SERVICE_ACCOUNT.exists():
        return in_cluster(os.environ, SERVICE_ACCOUNT)
    return from_kubeconfig([Path.home() / ".kube" / "config"], context)


def in_cluster(environment: Mapping[str, str], folder: Path) -> Access:
    """Access for a pod: service environment, and its service account mounted at `folder`."""
    host, port = environment["KUBERNETES_SERVICE_HOST"], environment.get("KUBERNETES_SERVICE_PORT", "443")
    address = f"[{host}]" if ":" in host else host
    namespace = folder / "namespace"
    return Access(
        server=f"https://{address}:{port}",
        tls=ssl.create_default_context(cafile=str(folder / "ca.crt")),
        credentials=TokenFile(folder / "token"),
        namespace=namespace.read_text().strip() if namespace.exists() else "default",
    )


def from_kubeconfig(files: list[Path], context: str | None = None) -> Access:
    """Access by the current or named context of these files; the first file that names something wins."""
    config = Kubeconfig.load(files)
    chosen = config.context(context)
    cluster, user = config.cluster(chosen), config.user(chosen)
    server = cluster.text("server").rstrip("/")
    if not server:
        raise AccessError(f"{cluster.where} names no server")
    return Access(
        server=server,
        tls=_tls(cluster, user) if server.startswith("https:") else None,
        server_name=cluster.text("tls-server-name") or None,
        proxy=cluster.text("proxy-url") or None,
        credentials=user.credentials(),
        namespace=chosen.text("namespace") or "default",
    )


def _tls(cluster: Entry, user: Entry) -> ssl.SSLContext:
    try:
        return cluster.tls(user)
    except (OSError, ValueError) as error:
        raise AccessError(
            f"a certificate or key of {cluster.where} or {user.where} cannot be read: {error}"
        ) from error
