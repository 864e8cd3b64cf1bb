"""What can go wrong between a client and its API server, and with which calls each of it can happen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """One trouble, as the client meets it."""

    BUSY = "429 with Retry-After"
    FAILED = "500"
    UNAVAILABLE = "503"
    EXPIRED_TOKEN = "401, token expired"
    SLOW = "no answer for 30 s"
    LATE = "executed 30 s later"
    RESET = "reset, not executed"
    LOST = "reset, executed"
    GARBLED = "body cut off"
    OLD_LIST = "list of a server that lags behind"
    EXPIRED_PAGE = "410 on a later page"
    WATCH_CUT = "watch cut in the middle of a line"
    WATCH_SILENT = "watch open but silent"
    WATCH_GONE = "watch event ERROR 410"
    WATCH_ERROR = "watch event ERROR 500"


@dataclass(frozen=True, slots=True)
class Call:
    """A request as far as faults care. `resource`: the last plural in its path; `page`: not the first."""

    method: str
    resource: str
    watch: bool = False
    list: bool = False
    page: bool = False

    def __str__(self) -> str:
        verb = "watch" if self.watch else "page" if self.page else "list" if self.list else self.method
        return f"{verb} {self.resource}"

    @property
    def weights(self) -> dict[Fault, float]:
        """What may befall this call, and how often compared with each other."""
        found = {Fault.BUSY: 3.0, Fault.FAILED: 3.0, Fault.UNAVAILABLE: 2.0, Fault.RESET: 3.0}
        if self.watch:
            return found | {
                Fault.WATCH_CUT: 8.0, Fault.WATCH_SILENT: 1.0, Fault.WATCH_GONE: 5.0, Fault.WATCH_ERROR: 5.0,
            }  # fmt: skip
        found |= {Fault.LOST: 5.0, Fault.GARBLED: 3.0, Fault.SLOW: 0.3}
        if self.page:
            return found | {Fault.EXPIRED_PAGE: 6.0}
        if self.list:
            return found | {Fault.OLD_LIST: 6.0}
        return found if self.method == "GET" else found | {Fault.LATE: 0.4}


def call_of(method: str, path: str, query: dict[str, str]) -> Call:
    """What a request is, by a path of the API: .../plural, .../plural/name or .../plural/name/subresource."""
    parts = path.strip("/").split("/")
    parts = parts[2:] if parts[0] == "api" else parts[3:]
    if len(parts) > 2 and parts[0] == "namespaces":
        parts = parts[2:]
    resource = "/".join(part for number, part in enumerate(parts) if number != 1)
    listed = method == "GET" and len(parts) == 1
    watch = listed and query.get("watch") in ("true", "1")
    return Call(method, resource, watch, listed and not watch, listed and "continue" in query)
