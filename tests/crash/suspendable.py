"""A monotonic clock that can forget a stop, as that of a machine does which was suspended.

Importing this puts it in the place of the real one. It must come before whatever keeps the clock under a
name of its own, so that all of a process goes by it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

_real = time.monotonic
_lost = 0.0


def _monotonic() -> float:
    return _real() - _lost


def forgetting(stop: Callable[[], None]) -> None:
    """Stop, and afterwards go on as if no time had passed."""
    global _lost
    before = _real()
    stop()
    _lost += _real() - before


time.monotonic = _monotonic
