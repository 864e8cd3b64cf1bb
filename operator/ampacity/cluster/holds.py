"""The holds object: the ledger in one ConfigMap, written by compare-and-swap only.

The ConfigMap's resourceVersion is the fence between leaders: who writes the
next version owns it, and everybody else's write is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from ampacity import names
from ampacity.cluster.client import Client, Guard
from ampacity.cluster.errors import ApiError
from ampacity.core.ledger import Ledger
from ampacity.translate.ledger.codec import LedgerUnreadable, decode_ledger, encode_ledger

LARGEST = 1_000_000
"""Bytes of JSON up to which grants may be announced."""

FULL = 1_040_000
"""Bytes of JSON at most: a ConfigMap holds 1 MiB in all. What is above `LARGEST` is for a leader that takes
over a full ledger, whose name may be longer than the last one's, and for settling it."""

_KEY = "ledger"


class Conflict(Exception):
    """Somebody else wrote the holds object: this ledger is out of date, load it again."""


class HoldsTooLarge(Exception):
    """The ledger does not fit into its ConfigMap; the text says how large it is."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A ledger and the version of its object ("" while there is no object yet)."""

    ledger: Ledger
    version: str


class HoldsStore:
    """Loads and saves the ledger in `namespace`."""

    def __init__(self, client: Client, namespace: str, name: str = names.HOLDS) -> None:
        self._client = client
        self._maps = f"/api/v1/namespaces/{namespace}/configmaps"
        self._name = name

    async def load(self) -> Stored:
        """The ledger as stored, read at quorum. LedgerUnreadable if the object holds anything else."""
        try:
            stored = await self._client.get(f"{self._maps}/{self._name}")
        except ApiError as error:
            if error.status != 404:
                raise
            return Stored(Ledger(), "")
        text = (stored.get("data") or {}).get(_KEY)
        if text is None:
            raise LedgerUnreadable(
                f"ConfigMap {self._name} has no key {_KEY!r}; if no operator runs, delete it"
            )
        return Stored(decode_ledger(text), stored["metadata"]["resourceVersion"])

    async def save(
        self, ledger: Ledger, version: str, guard: Guard | None = None, limit: int = LARGEST
    ) -> Stored:
        """Write over exactly `version`, or write nothing: Conflict, or HoldsTooLarge beyond `limit` bytes.

        Other ApiErrors leave it open whether it was written (see `ApiError.certain`).
        """
        body = self._body(ledger, version, limit)
        try:
            if version:
                written = await self._client.replace(f"{self._maps}/{self._name}", body, guard=guard)
            else:
                written = await self._client.create(self._maps, body, guard=guard)
        except ApiError as error:
            if error.status in (404, 409):
                raise Conflict(str(error)) from error
            raise
        return Stored(ledger, written["metadata"]["resourceVersion"])

    def _body(self, ledger: Ledger, version: str, limit: int) -> dict[str, object]:
        text = encode_ledger(ledger)
        if len(text) > limit:
            entries = len(ledger.fence) + len(ledger.holds)
            raise HoldsTooLarge(
                f"{entries} ledger entries make {len(text)} bytes, and no more than {limit} go in a ConfigMap"
            )
        metadata = {"name": self._name, "labels": {names.MANAGED_BY: names.FIELD_MANAGER}}
        if version:
            metadata["resourceVersion"] = version
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {_KEY: text}}
