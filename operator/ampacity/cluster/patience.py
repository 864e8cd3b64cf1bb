"""Which refused calls are repeated, and how long they wait for it.

Only calls that were certainly not executed, or that change nothing, come into
question: a 429, a 401 (once, with the credentials as they are by then), and for
reads a 503 with Retry-After. A write that got a 503 may have been executed: its
repetition would mislead.
"""

from __future__ import annotations

from ampacity.cluster.errors import ApiError

_TRIES = 4
_READ, _WRITE = 20.0, 2.5
"""Seconds that one call may wait in all. A write must not end long after it was allowed."""

_UNSAID = 1.0


class Patience:
    """The patience of one call."""

    def __init__(self, method: str) -> None:
        self._reads = method == "GET"
        self._left, self._tries, self._refused = (_READ if self._reads else _WRITE), _TRIES, False

    def pause(self, error: ApiError) -> float | None:
        """Seconds to wait before the call is repeated after this error; None: it is not repeated."""
        self._tries -= 1
        seconds = self._asked(error)
        if seconds is None or seconds > self._left or self._tries < 1:
            return None
        self._left -= seconds
        return seconds

    def _asked(self, error: ApiError) -> float | None:
        if error.status == 401:
            again, self._refused = not self._refused, True
            return 0.0 if again else None
        if error.status == 429 or (error.status == 503 and self._reads and error.retry_after is not None):
            return _UNSAID if error.retry_after is None else error.retry_after
        return None
