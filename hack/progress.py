"""Progress for people: what is being done, how long it usually takes, how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Progress:
    """Numbered steps on a stream. On a terminal the current step shows what it waits for."""

    def __init__(self, total: int, stream: TextIO = sys.stdout) -> None:
        self._total, self._stream, self._number = total, stream, 0
        self._begun = time.monotonic()

    @contextmanager
    def step(self, text: str, usual: str) -> Iterator[None]:
        """One step: `usual` is how long it takes, in words ("about 3 s")."""
        self._number += 1
        begun, line = time.monotonic(), f"[{self._number}/{self._total}] {text}"
        self._write(f"{line} ({usual}) ... ", end="" if self._live else "\n")
        yield
        took = f"{time.monotonic() - begun:.1f} s"
        self._write(f"\r\033[K{line}: {took}" if self._live else f"      done after {took}")

    def detail(self, text: str) -> None:
        """What the current step waits for; shown on a terminal only."""
        if self._live:
            self._write(f"\r\033[K      {text[:100]} ", end="")

    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._begun

    @property
    def _live(self) -> bool:
        return self._stream.isatty()

    def _write(self, text: str, end: str = "\n") -> None:
        self._stream.write(text + end)
        self._stream.flush()
