"""How to reach an API server: from a kubeconfig, or from inside a pod."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import aiohttp


def open_session(kubeconfig: Path | None = None, context: str | None = None) -> aiohttp.ClientSession:
    """A session with the server's address, trust and credentials; call it with a running loop.

    Without `kubeconfig`: $KUBECONFIG, ~/.kube/config, or the pod's own account.
    """
    from kubernetes import client, config  # slow to import, and most commands do without

    access = client.Configuration()
    path = str(kubeconfig) if kubeconfig else None
    try:
        config.load_kube_config(path, context=context, client_configuration=access)  # type: ignore[no-untyped-call]
    except config.ConfigException:
        if path or context:
            raise
        config.load_incluster_config(access)  # type: ignore[no-untyped-call]
    secrets: Any = access.auth_settings().values()
    return aiohttp.ClientSession(
        access.host,
        headers={secret["key"]: secret["value"] for secret in secrets if secret["in"] == "header"},
        connector=aiohttp.TCPConnector(ssl=_trust(access), limit=0),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=90),
    )


def _trust(access: Any) -> ssl.SSLContext | bool:
    if not access.host.startswith("https"):
        return True
    trust = ssl.create_default_context(cafile=access.ssl_ca_cert)
    if access.cert_file:
        trust.load_cert_chain(access.cert_file, access.key_file)
    if not access.verify_ssl:
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    return trust
