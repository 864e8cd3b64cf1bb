"""What the API server says to an object, and what that counts as."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from hack.api import Api, ApiError
from tests.fuzz.generate import COLLECTIONS, Shot

Json = dict[str, Any]

POLICY = "refused by policy"
RULE = "refused by rule"
SCHEMA = "refused by schema"
DECODER = "refused by decoder"
KUBERNETES = "refused by Kubernetes"
REFUSALS = (SCHEMA, RULE, POLICY, DECODER, KUBERNETES)

_OURS = ("sitepowerenvelopes", "acceleratorprofiles", "modelprofiles", "gpuinferencepools")
_STATUSES = (400, 403, 404, 409, 413, 422)
_REMEDY = re.compile(r"\w; \w")
_PATH = re.compile(r"\b(spec|metadata|status|kind|apiVersion)\b")
_BROKEN_RULE = re.compile(r"no such key|no such overload|evaluation error|cost|runtime|unexpected type", re.I)


@dataclass(frozen=True, slots=True)
class Answer:
    """A shot and what came of it: `stored` if it was taken, else `outcome`.

    `fault`: why the refusal is none that a user can work with, "" if it is one.
    """

    shot: Shot
    outcome: str = ""
    fault: str = ""
    stored: Json = field(default_factory=dict)


def send(api: Api, shot: Shot) -> Answer:
    """Post the object."""
    query = {"fieldValidation": "Strict" if shot.strict else "Ignore"}
    try:
        stored = api.request("POST", COLLECTIONS[shot.plural], shot.body, query)
    except ApiError as error:
        found = _class(shot, error)
        return Answer(shot, found, _fault(found, error))
    return Answer(shot, stored=stored)


def _class(shot: Shot, error: ApiError) -> str:
    if error.status in (400, 413):
        return DECODER
    if shot.plural not in _OURS:
        return KUBERNETES
    if "ValidatingAdmissionPolicy" in str(error):
        return POLICY
    return RULE if any(_REMEDY.search(cause.get("message", "")) for cause in error.causes) else SCHEMA


def _fault(found: str, error: ApiError) -> str:
    """What is missing in a refusal: a client's error with a sentence, the field, the remedy."""
    said = str(error)
    if error.status not in _STATUSES or not error.reason:
        return f"a server's error: {said}"
    if found not in (SCHEMA, RULE, POLICY):
        return ""
    fields = found == POLICY or all(cause.get("field") for cause in error.causes)
    if not fields or not _PATH.search(said):
        return f"no field: {said}"
    if found != SCHEMA and not _REMEDY.search(said):
        return f"no remedy: {said}"
    return f"a rule that cannot be evaluated: {said}" if _BROKEN_RULE.search(said) else ""
