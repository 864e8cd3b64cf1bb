"""What one user did, by which right, and what it was refused: read from the API server's audit log.

A right is (kind of role, API group, resource with its subresource, verb). Every allowed request names the
binding that allowed it, so rights of a Role and of a ClusterRole are told apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Right = tuple[str, str, str, str]

_DECISION, _REASON = "authorization.k8s.io/decision", "authorization.k8s.io/reason"
_CREATED = 201
_ROLE = re.compile(r' of (ClusterRole|Role) "([^"]+)"')


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `rights`: those of the role that it used; none if it was refused or needed none."""

    verb: str
    uri: str
    allowed: bool
    rights: frozenset[Right]


def requests(log: Path, user: str, role: str) -> Iterator[Request]:
    """All requests of that user, oldest first. `role`: the Role and ClusterRole that hold its rights."""
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            # The last line may be half written.
            event = json.loads(line) if line.endswith("\n") else None
            if event is not None and event["user"]["username"] == user:
                yield _request(event, role)


def granted(kind: str, rules: Iterable[Mapping[str, Any]]) -> set[Right]:
    """Every right that the rules of a Role or ClusterRole grant."""
    return {
        (kind, group, resource, verb)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def _request(event: Mapping[str, Any], role: str) -> Request:
    said = event.get("annotations", {})
    allowed = said.get(_DECISION) == "allow"
    return Request(event["verb"], event["requestURI"], allowed, _rights(event, said.get(_REASON, ""), role))


def _rights(event: Mapping[str, Any], reason: str, role: str) -> frozenset[Right]:
    by, about = _ROLE.search(reason), event.get("objectRef")
    if about is None or by is None or by[2] != role:
        return frozenset()
    resource = "/".join(filter(None, (about["resource"], about.get("subresource"))))
    verbs = [event["verb"]]
    if event["verb"] == "patch" and event["responseStatus"]["code"] == _CREATED:
        verbs.append("create")  # the API server asks for both when an apply creates the object
    return frozenset((by[1], about.get("apiGroup", ""), resource, verb) for verb in verbs)
