"""How text may look where it is going: colour only on a terminal, and never with NO_COLOR."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


@dataclass(frozen=True, slots=True)
class Style:
    """Whether to colour, and how many columns there are."""

    colour: bool = False
    width: int = 100

    @classmethod
    def for_stream(cls, stream: TextIO, environment: Mapping[str, str] = os.environ) -> Style:
        """NO_COLOR and a dumb terminal mean no colour (no-color.org)."""
        terminal = stream.isatty()
        plain = bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
        width = shutil.get_terminal_size((100, 24)).columns if terminal else 100
        return cls(terminal and not plain, min(max(width, 60), 140))

    def paint(self, text: str, *looks: str) -> str:
        """`text` in the named looks (bold, dim, red, green, yellow, cyan), or as it is."""
        if not self.colour or not looks or not text:
            return text
        return f"\x1b[{';'.join(_CODES[look] for look in looks)}m{text}\x1b[0m"
