"""Values of JSON objects, strictly typed: what has another type than it must have is refused.

Only for fields that are used as they stand; a wrong type in them would show
much later, in the middle of planning.
"""

from __future__ import annotations

from typing import Any


def text(value: Any) -> str:
    """The string, "" for null; TypeError for anything else."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(f"{str(value)[:60]!r} is no text")
    return value


def whole(value: Any) -> int:
    """The integer, 0 for null; TypeError for anything else."""
    if value is None:
        return 0
    if type(value) is not int:
        raise TypeError(f"{str(value)[:60]!r} is no whole number")
    return value
