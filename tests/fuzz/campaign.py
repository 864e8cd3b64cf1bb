"""Batch after batch: send it with canaries in it, wait until all of it has an answer, count, clear away."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

import yaml

from hack.api import Api, ApiError, each
from tests.fuzz.answers import Answer, send
from tests.fuzz.canaries import Canaries, NotServed
from tests.fuzz.generate import COLLECTIONS, Shot
from tests.fuzz.handled import NOT_OURS, outcome, unhelpful

Json = dict[str, Any]
PATIENCE_S = 60.0
_NOW: Json = {"gracePeriodSeconds": 0, "propagationPolicy": "Background"}


class Campaign:
    """Counts outcomes by kind. `served`: per batch, how long the canaries waited."""

    def __init__(self, api: Api, always: Iterable[Json] = ()) -> None:
        """`always`: cluster-wide objects of ours that each batch has beside it."""
        self._api, self._always = api, tuple(always)
        self.counts: dict[str, Counter[str]] = {plural: Counter() for plural in COLLECTIONS}
        self.served: list[float] = []
        self.faults: list[str] = []

    def run(self, number: int, shots: list[Shot]) -> None:
        """One batch; what is wrong goes into `faults`, with the object."""
        canaries = Canaries(self._api, number)
        half = len(shots) // 2
        for obj in self._always:
            self._api.post(COLLECTIONS[f"{obj['kind'].lower()}s"], obj)
        answers = each(lambda shot: send(self._api, shot), shots[:half])
        canaries.create()
        answers += each(lambda shot: send(self._api, shot), shots[half:])
        try:
            self.served.append(canaries.wait_served())
        except NotServed as error:
            self.faults.append(str(error))
            self.served.append(PATIENCE_S)
        for answer in answers:
            if answer.outcome:
                self.counts[answer.shot.plural][answer.outcome] += 1
            if answer.fault:
                self.faults.append(f"{answer.fault}\n{answer.shot.body[:3000]}")
        self._wait_answered([answer for answer in answers if not answer.outcome])

    def versions(self) -> dict[str, str]:
        """The resourceVersion of all that the operator answers."""
        items = [
            obj for plural, path in COLLECTIONS.items() if plural != "nodes" for obj in self._items(path)
        ]
        return {obj["metadata"]["uid"]: obj["metadata"]["resourceVersion"] for obj in items}

    def clear(self) -> None:
        """Delete everything of the batch, canaries included."""
        for plural, path in COLLECTIONS.items():
            if plural.endswith("profiles"):
                each(
                    self._delete, [f"{path}/{name}" for name in self._api.names(path) if name.startswith("f")]
                )
            else:
                self._delete(path)

    def _delete(self, path: str) -> None:
        try:
            self._api.delete(path, _NOW)
        except ApiError as error:
            if error.status not in (404, 409):
                raise

    def _wait_answered(self, taken: list[Answer]) -> None:
        """Until the operator has said what it makes of each object, and each answer is of use."""
        left = {answer.stored["metadata"]["uid"]: answer for answer in taken}
        deadline = time.monotonic() + PATIENCE_S
        while left:
            for plural, path in COLLECTIONS.items():
                self._take_answers(plural, {obj["metadata"]["uid"]: obj for obj in self._items(path)}, left)
            if left and time.monotonic() > deadline:
                for one in left.values():
                    self.faults.append(f"no answer within {PATIENCE_S:g} s: {self._shown(one)}")
                return
            time.sleep(0.3 if left else 0)

    def _items(self, path: str) -> list[Json]:
        return self._api.items(path)

    def _take_answers(self, plural: str, known: dict[str, Json], left: dict[str, Answer]) -> None:
        for uid in [uid for uid, answer in left.items() if answer.shot.plural == plural]:
            found = outcome(plural, known[uid]) if uid in known else NOT_OURS if plural == "pods" else None
            if found is None:
                continue
            trouble = "" if plural == "nodes" else unhelpful(plural, known.get(uid, {}))
            if trouble:
                self.faults.append(f"{trouble}\n{self._shown(left[uid])}")
            self.counts[plural][found] += 1
            del left[uid]

    def _shown(self, answer: Answer) -> str:
        """The object as it was sent, and as it is now."""
        now: Any = "gone"
        path = f"{COLLECTIONS[answer.shot.plural]}/{answer.stored['metadata']['name']}"
        try:
            now = self._api.get(path)
            now["metadata"].pop("managedFields", None)
        except ApiError as error:
            now = str(error)
        return f"sent: {answer.shot.body[:5000]}\n{yaml.safe_dump(json.loads(json.dumps(now)))[:8000]}"


def table(counts: dict[str, Counter[str]], order: Iterable[str]) -> str:
    """Outcomes by kind, and in all."""
    rows = [f"{'outcome':<40}" + "".join(f"{plural[:12]:>14}" for plural in counts) + f"{'all':>10}"]
    for name in order:
        each_kind = [found[name] for found in counts.values()]
        rows.append(f"{name:<40}" + "".join(f"{n:>14,}" for n in each_kind) + f"{sum(each_kind):>10,}")
    return "\n".join(rows)
