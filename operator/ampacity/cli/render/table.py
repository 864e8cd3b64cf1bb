"""Plain columns."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from ampacity.cli.render.style import Style

_NO_BREAK = "\u00a0"


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], style: Style, right: Sequence[int] = ()
) -> str:
    """Columns as wide as they must be, two spaces apart; those numbered in `right` are flush right."""
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "  ".join(padded).rstrip()

    return "\n".join([style.paint(line(heads), "dim"), *map(line, rows)])


def wrapped(text: str, style: Style, indent: int) -> str:
    """Lines no wider than the terminal, the later ones indented by two more; figures keep their units."""
    pad, glued = " " * indent, re.sub(r"(?<=[0-9]) (?=[kMG]?W\b|%)", _NO_BREAK, text)
    lines = textwrap.fill(glued, style.width, initial_indent=pad, subsequent_indent=pad + "  ")
    return lines.replace(_NO_BREAK, " ")


def counted(number: int, noun: str) -> str:
    """ "1 pod", "2 pods" """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
