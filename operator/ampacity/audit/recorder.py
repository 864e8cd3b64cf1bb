"""Records what happens in a cluster, beside whatever happens there, and judges it.

    with Recorder(kubeconfig) as rec:
        ...
    verdict = rec.verdict()

A thread of its own with an event loop of its own follows all kinds; leaving
the block first waits until everything that the API server has by then was
received, so that nothing at the end escapes the verdict.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import aiohttp

from ampacity.audit.access import open_session
from ampacity.audit.following import SOURCES, Record, Source, Unknown, follow, list_all
from ampacity.audit.history import KINDS
from ampacity.audit.judge import judge
from ampacity.audit.verdict import Verdict

STARTING = 30.0
SETTLING = 20.0


class RecorderFailed(RuntimeError):
    """The recorder saw nothing, or not all, in time; a verdict would prove nothing."""


class Recorder:
    """Records into memory, and line by line into `file` where one is named."""

    def __init__(
        self, kubeconfig: Path | str | None = None, *, file: Path | None = None, context: str | None = None
    ) -> None:
        self._kubeconfig = Path(kubeconfig) if kubeconfig else None
        self._context = context
        self._path = file
        self._file: TextIO | None = None
        self._records: list[Record] = []
        self._newest: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
        self._reached: dict[str, int] = {}
        self._listed: set[str] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ampacity-recorder", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._main: asyncio.Task[None] | None = None
        self._failure: BaseException | None = None

    def __enter__(self) -> Recorder:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self.settle()
        finally:
            self.stop()

    def start(self) -> None:
        """Begin, and wait until all kinds have been listed once."""
        if self._path:
            try:
                self._file = self._path.open("w", encoding="utf-8")
            except OSError as error:
                raise RecorderFailed(f"{self._path} cannot be written: {error.strerror}") from error
        self._thread.start()
        if not self._ready.wait(STARTING) or self._failure:
            self.stop()
            raise RecorderFailed(f"the recorder did not start: {self._failure or 'no answer in time'}")

    def stop(self) -> None:
        """Stop recording; what was recorded stays."""
        if self._loop and self._main and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._main.cancel)
            self._thread.join(10)
        if self._file:
            self._file.close()
            self._file = None

    def records(self, after: int = 0, until: float | None = None) -> list[Record]:
        """What was recorded in order of receipt: all after the first `after`, received before `until`."""
        records = self._records[after:]
        return records if until is None else [record for record in records if record["t"] < until]

    def verdict(self) -> Verdict:
        """Judge all that was recorded; while recording, all that the server has at this moment."""
        if self._main and not self._main.done():
            self.settle()
        return judge(self.records())

    def settle(self) -> None:
        """Wait until everything that the server has at this moment was received."""
        self._call(self._catch_up(), SETTLING + 10)

    def _call(self, work: Coroutine[Any, Any, None], limit: float) -> None:
        if self._loop is None or not self._thread.is_alive():
            work.close()
            raise RecorderFailed(f"the recorder has stopped: {self._failure or 'it was not started'}")
        asyncio.run_coroutine_threadsafe(work, self._loop).result(limit)

    def _run(self) -> None:
        try:
            asyncio.run(self._follow_all())
        except asyncio.CancelledError:
            pass
        except BaseException as error:  # told to whoever waits, in `start` or `settle`
            self._failure = error
        finally:
            self._ready.set()

    async def _follow_all(self) -> None:
        self._loop, self._main = asyncio.get_running_loop(), asyncio.current_task()
        async with open_session(self._kubeconfig, self._context) as session:
            async with session.get(SOURCES[0].path, params={"limit": "1"}) as answer:
                answer.raise_for_status()  # no server, or no right to look: said at once
            async with asyncio.TaskGroup() as tasks:
                for source in SOURCES:
                    tasks.create_task(follow(session, source, self._keep))

    def _keep(self, record: Record) -> None:
        self._records.append(record)
        if self._file:
            self._file.write(json.dumps(record, separators=(",", ":")) + "\n")
            self._file.flush()
        self._note(record)
        if self._listed >= set(KINDS):
            self._ready.set()

    def _note(self, record: Record) -> None:
        kind = record["kind"]
        newest = self._newest[kind]
        if record["event"] == "LIST":
            self._listed.add(kind)
            self._reached[kind] = record["version"]
            newest.clear()
        for obj in record["items"] if record["event"] == "LIST" else (record["object"],):
            uid, version = obj["metadata"]["uid"], int(obj["metadata"]["resourceVersion"])
            newest[uid] = version
            self._reached[kind] = max(self._reached[kind], version)
        if record["event"] == "DELETED":
            newest.pop(record["object"]["metadata"]["uid"])

    async def _catch_up(self) -> None:
        async with open_session(self._kubeconfig, self._context) as session:
            for source in SOURCES:
                await asyncio.wait_for(self._match(session, source), SETTLING)

    async def _match(self, session: aiohttp.ClientSession, source: Source) -> None:
        """Wait until what was received is at least as new as a complete list of this moment.

        A watch delivers versions in order: once the newest listed one is reached,
        only deletions, which a list does not show, can be missing.
        """
        try:
            items, version = await list_all(session, source)
        except Unknown:
            return
        listed = {item["metadata"]["uid"]: int(item["metadata"]["resourceVersion"]) for item in items}
        newest = self._newest[source.kind]
        while self._reached[source.kind] < max(listed.values(), default=0) or any(
            uid not in listed and seen <= int(version) for uid, seen in newest.items()
        ):
            await asyncio.sleep(0.02)
