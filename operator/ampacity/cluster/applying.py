"""Server-side apply as we use it: our fields are ours, and nobody's object is written over unseen."""

from __future__ import annotations

from ampacity import names

FORCED = {"fieldManager": names.FIELD_MANAGER, "force": "true"}
"""Parameters: who else has set one of our fields loses it."""

ABSENT = "1"
"""A version that no object has: applied with it, one is created, or refused if it exists."""
