"""Kubeconfig files for a token."""

import json
import os
from pathlib import Path


def write(path: Path, server: str, ca: Path, token: str) -> Path:
    """Write a kubeconfig only its owner can read. JSON is YAML, and needs no library."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "local", "cluster": {"server": server, "certificate-authority": str(ca)}}],
        "users": [{"name": "user", "user": {"token": token}}],
        "contexts": [{"name": "local", "context": {"cluster": "local", "user": "user"}}],
        "current-context": "local",
    }
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(document, file, indent=2)
    return path


def read(path: Path) -> tuple[str, Path, str]:
    """Server, authority and token of a kubeconfig written here."""
    document = json.loads(path.read_text())
    cluster = document["clusters"][0]["cluster"]
    return cluster["server"], Path(cluster["certificate-authority"]), document["users"][0]["user"]["token"]
