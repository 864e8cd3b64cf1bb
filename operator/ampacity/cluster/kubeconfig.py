"""kubeconfig files: contexts, clusters and users, with files and inline data."""

from __future__ import annotations

import base64
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ampacity.cluster.credentials import Credentials, StaticToken, TokenFile, TokenPlugin
from ampacity.cluster.errors import AccessError


@dataclass(frozen=True, slots=True)
class Entry:
    """One named entry of a kubeconfig: its fields, and the folder that relative paths start from."""

    where: str
    fields: dict[str, Any]
    folder: Path

    def text(self, key: str) -> str:
        """A text field, "" where it is absent."""
        return str(self.fields.get(key) or "")

    def path(self, key: str) -> Path | None:
        """A file named by a field."""
        return self.folder / self.text(key) if self.text(key) else None

    def data(self, key: str) -> bytes | None:
        """Content of `key`: inline as `<key>-data`, else of the file it names."""
        inline = self.text(f"{key}-data")
        if inline:
            return base64.b64decode(inline)
        path = self.path(key)
        return path.read_bytes() if path else None

    def tls(self, user: Entry) -> ssl.SSLContext:
        """How to check the server of this cluster, and the user's client certificate if it has one."""
        authority = self.data("certificate-authority")
        context = ssl.create_default_context(cadata=authority.decode() if authority else None)
        if self.fields.get("insecure-skip-tls-verify"):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        certificate, key = user.data("client-certificate"), user.data("client-key")
        if certificate and key:
            _load_certificate(context, certificate, key)
        return context

    def credentials(self) -> Credentials:
        """How this user proves who it is."""
        plugin = self.fields.get("exec")
        token_file = self.path("tokenFile")
        if token_file:
            return TokenFile(token_file)
        if plugin:
            environment = {item["name"]: item["value"] for item in plugin.get("env") or ()}
            command = (plugin["command"], *(plugin.get("args") or ()))
            return TokenPlugin(command, environment, plugin.get("apiVersion", ""))
        return StaticToken(self.text("token") or None)


@dataclass(frozen=True, slots=True)
class Kubeconfig:
    """Several files read as one: the first that names an entry wins."""

    files: tuple[tuple[Path, dict[str, Any]], ...]

    @classmethod
    def load(cls, paths: list[Path]) -> Kubeconfig:
        """The files that exist; AccessError if none does or one cannot be read."""
        present = [path for path in paths if path.exists()]
        if not present:
            names = ", ".join(map(str, paths))
            raise AccessError(f"no kubeconfig at {names}; set KUBECONFIG or pass --kubeconfig")
        return cls(tuple((path, _read(path)) for path in present))

    def context(self, name: str | None) -> Entry:
        """The named or current context."""
        current = next((c for _, f in self.files if (c := f.get("current-context"))), None)
        if name is None and current is None:
            raise AccessError("the kubeconfig has no current-context; choose one with --context")
        return self._entry("contexts", "context", name or str(current))

    def cluster(self, context: Entry) -> Entry:
        """The cluster of a context."""
        return self._entry("clusters", "cluster", context.text("cluster"))

    def user(self, context: Entry) -> Entry:
        """The user of a context."""
        return self._entry("users", "user", context.text("user"))

    def _entry(self, part: str, kind: str, name: str) -> Entry:
        for path, fields in self.files:
            for item in fields.get(part) or ():
                if item.get("name") == name:
                    return Entry(f"{kind} {name!r} in {path}", item.get(kind) or {}, path.absolute().parent)
        files = ", ".join(str(path) for path, _ in self.files)
        raise AccessError(f"no {kind} {name!r} in {files}")


def _read(path: Path) -> dict[str, Any]:
    try:
        fields = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise AccessError(f"the kubeconfig {path} cannot be read: {error}") from error
    if not isinstance(fields, dict):
        raise AccessError(f"the kubeconfig {path} is empty or no kubeconfig")
    return fields


def _load_certificate(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """The ssl module takes certificates only from files; this one lives for a moment, for us alone."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(certificate.rstrip() + b"\n" + key)
        file.flush()
        context.load_cert_chain(file.name)
