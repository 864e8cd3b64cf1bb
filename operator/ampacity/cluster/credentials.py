"""Who we are to the API server: bearer tokens that stay fresh while the process runs for months."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from ampacity.cluster.errors import AccessError

_READ_AGAIN = 60.0
_PLUGIN_TIMEOUT = 60.0
_EARLY = 30.0


class Credentials(Protocol):
    """A source of bearer tokens."""

    async def token(self) -> str | None:
        """The token to send now, or None where a client certificate (or nothing) speaks for us."""

    def refused(self) -> None:
        """The server answered 401: what is remembered is worth nothing any more."""


@dataclass(frozen=True, slots=True)
class StaticToken:
    """A token that never changes, or none."""

    value: str | None = None

    async def token(self) -> str | None:
        return self.value

    def refused(self) -> None:
        return None


@dataclass(slots=True)
class TokenFile:
    """A token in a file that somebody else rotates, as kubelet does for service accounts."""

    path: Path
    clock: Callable[[], float] = time.monotonic
    _value: str | None = None
    _read_at: float = 0.0

    async def token(self) -> str | None:
        if not self._value or self.clock() - self._read_at >= _READ_AGAIN:
            try:
                self._value = self.path.read_text().strip()
            except OSError as error:
                raise AccessError(f"the token file {self.path} cannot be read: {error.strerror}") from error
            if not self._value:
                raise AccessError(f"the token file {self.path} is empty")
            self._read_at = self.clock()
        return self._value

    def refused(self) -> None:
        self._value = None


@dataclass(slots=True)
class TokenPlugin:
    """A program that prints an ExecCredential, as cloud providers' kubeconfigs name one."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    api_version: str
    now: Callable[[], float] = time.time
    _value: str | None = None
    _expires: float = float("inf")
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def token(self) -> str | None:
        async with self._turn:
            if self._value is None or self.now() >= self._expires - _EARLY:
                status = await self._run()
                self._value = status["token"]
                expires = status.get("expirationTimestamp")
                self._expires = datetime.fromisoformat(expires).timestamp() if expires else float("inf")
            return self._value

    def refused(self) -> None:
        self._value = None

    async def _run(self) -> dict[str, Any]:
        request = {"apiVersion": self.api_version, "kind": "ExecCredential", "spec": {"interactive": False}}
        environment = {**os.environ, **self.environment, "KUBERNETES_EXEC_INFO": json.dumps(request)}
        try:
            process = await asyncio.create_subprocess_exec(
                *self.command, env=environment, stdout=asyncio.subprocess.PIPE
            )
            output, _ = await asyncio.wait_for(process.communicate(), _PLUGIN_TIMEOUT)
            status = json.loads(output)["status"]
        except (OSError, TimeoutError, ValueError, KeyError, TypeError) as error:
            raise AccessError(
                f"the credential plugin {self.command[0]} gave no credential: {error}"
            ) from error
        if not isinstance(status, dict) or "token" not in status:
            raise AccessError(
                f"{self.command[0]} gave no token; use a kubeconfig with a token or certificate"
            )
        return status
