"""Accepted generations of envelopes, profiles and models, and how they are read from their record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ampacity import names

ENVELOPE, PROFILE, MODEL = "SitePowerEnvelope", "AcceleratorProfile", "ModelProfile"


@dataclass(frozen=True, slots=True)
class Revision:
    """The spec of one accepted generation of one object."""

    kind: str
    name: str
    uid: str
    generation: int
    spec: dict[str, Any]

    def of(self, obj: Mapping[str, Any]) -> dict[str, Any]:
        """The object as it was at this generation."""
        return {**obj, "metadata": {**obj["metadata"], "generation": self.generation}, "spec": self.spec}

    def alone(self) -> dict[str, Any]:
        """The object as far as its record tells, once there is no other trace of it."""
        metadata = {"name": self.name, "uid": self.uid}
        api_version = f"{names.GROUP}/{names.VERSION}"
        return self.of({"apiVersion": api_version, "kind": self.kind, "metadata": metadata})


def revision_of(record: Mapping[str, Any]) -> Revision | None:
    """What a ControllerRevision of ours says; None if it is not as we write them."""
    try:
        metadata, data = record["metadata"], record["data"]
        # At first a record named its object by its owner only.
        of = data if "name" in data else metadata["ownerReferences"][0]
        kind = metadata["labels"][names.ACCEPTED]
        return Revision(kind, of["name"], of["uid"], record["revision"], dict(data["spec"]))
    except (IndexError, KeyError, TypeError, ValueError):
        return None
