"""Golden text: compared with a file beside the test; `UPDATE_GOLDEN=1` writes it anew."""

from __future__ import annotations

import os
from pathlib import Path


def assert_golden(path: Path, text: str) -> None:
    """Fails with both texts where they differ, and says how to accept the new one."""
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    assert path.exists(), f"{path} does not exist; run with UPDATE_GOLDEN=1 to write it"
    expected = path.read_text(encoding="utf-8").removesuffix("\n")
    assert text == expected, f"{path.name} differs; if the new text is right, run with UPDATE_GOLDEN=1"
