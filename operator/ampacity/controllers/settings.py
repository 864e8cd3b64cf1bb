"""Settings of the operator process: a flag each, or an environment variable `AMPACITY_<NAME>`.

A flag wins over the environment, the environment over the default.
"""

from __future__ import annotations

import argparse
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "AMPACITY_"
_LEVELS = ("debug", "info", "warning", "error")
_FORMATS = ("json", "text")
_BOOLEANS = {"true": True, "false": False}


def _setting(help_: str, default: Any, *, choices: tuple[str, ...] = (), least: float | None = None) -> Any:
    return field(default=default, metadata={"help": help_, "choices": choices, "least": least})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the process was told. Times in seconds."""

    namespace: str = _setting("namespace of the lease, the holds and the accepted generations", "ampacity")
    identity: str = _setting("name in the lease; default: the host's name", "")
    kubeconfig: str = _setting("kubeconfig file; default: $KUBECONFIG, else the pod's own account", "")
    context: str = _setting("context of the kubeconfig file", "")
    catalogue: str = _setting("file or folder of accelerator and model profiles to apply; empty: none", "")
    http_host: str = _setting("address of /healthz, /readyz and /metrics", "127.0.0.1")
    http_port: int = _setting("port of /healthz, /readyz and /metrics; 0: any free one", 8080, least=0)
    log_level: str = _setting("least severe log line", "info", choices=_LEVELS)
    log_format: str = _setting("json for machines, text for people", "json", choices=_FORMATS)
    lease_duration: float = _setting("how long a leader that stopped answering blocks others", 10.0, least=3)
    debounce: float = _setting("quiet time to wait for before a cycle", 0.05, least=0)
    resync: float = _setting("longest time between two cycles", 10.0, least=0.1)
    relist: float = _setting("how often our own kinds are listed anew", 30.0, least=1)
    hold_seconds: float = _setting("how long a place is kept for the pod that is to take it", 60.0, least=1)
    bind_timeout: float = _setting("how long a granted pod may stay unbound", 120.0, least=1)
    site_loss_after: float = _setting(
        "how long no node of a site answers before others get its share", 60.0, least=1
    )
    concurrency: int = _setting("most pods written at a time", 128, least=1)
    fast_lane: bool = _setting(
        "true: bind pools' pods that need nothing but a node; false: gate all of them; changing it rolls"
        " pools out",
        True,
        choices=tuple(_BOOLEANS),
    )
    prometheus_url: str = _setting("Prometheus that pools' queries for demand go to; empty: none", "")
    prometheus_token_file: str = _setting("file with the bearer token for it; empty: no token", "")
    prometheus_ca_file: str = _setting("file with the certificates to trust it by; empty: public ones", "")
    telemetry_interval: float = _setting("how often each query is asked", 30.0, least=1)
    status_interval: float = _setting("least time between two writes of one object's status", 3.0, least=0)


class SettingsError(ValueError):
    """A setting that cannot be used; the text names the flag, the variable and the remedy."""


def read_settings(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """Settings from the command line and the environment. Raises SettingsError."""
    given = {k: v for k, v in vars(_parser().parse_args(arguments)).items() if v is not None}
    values: dict[str, Any] = {}
    for item in fields(Settings):
        text = given.get(item.name, environment.get(PREFIX + item.name.upper()))
        values[item.name] = item.default if text is None else _convert(item.name, text, item)
    values["identity"] = values["identity"] or socket.gethostname()
    if values["catalogue"] and not Path(values["catalogue"]).exists():
        raise SettingsError(f"{_names('catalogue')}: {values['catalogue']} does not exist")
    if values["prometheus_url"] and not _is_url(values["prometheus_url"]):
        raise SettingsError(f"{_names('prometheus_url')}: write http:// or https:// and a host, and no query")
    return Settings(**values)


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
        )
    except ValueError:
        return False


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ampacity",
        description="The Ampacity operator. Each flag may be given as an environment variable instead.",
    )
    for item in fields(Settings):
        flag = "--" + item.name.replace("_", "-")
        default = f" (default: {plain(item.default)})" if item.default != "" else ""
        text = f"{item.metadata['help']}{default} [{PREFIX}{item.name.upper()}]"
        parser.add_argument(flag, metavar="|".join(item.metadata["choices"]) or None, help=text)
    return parser


def _convert(name: str, text: str, item: Any) -> Any:
    kind = type(item.default)
    choices, least = item.metadata["choices"], item.metadata["least"]
    if choices and text not in choices:
        raise SettingsError(f"{_names(name)}: {text!r} is not known; write {' or '.join(choices)}")
    try:
        value = _BOOLEANS[text] if kind is bool else kind(text)
    except ValueError:
        raise SettingsError(f"{_names(name)}: {text!r} is no number") from None
    if least is not None and not value >= least:
        raise SettingsError(f"{_names(name)}: {text} is too small; write at least {least:g}")
    return value


def plain(value: object) -> str:
    """A setting's value as one writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _names(name: str) -> str:
    return f"--{name.replace('_', '-')} ({PREFIX}{name.upper()})"
