"""A cluster's sites, racks and what waits, for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ampacity.cli.render.racks import SitePicture, draw_racks
from ampacity.cli.render.style import Style
from ampacity.cli.render.table import wrapped
from ampacity.cli.waiting import Said


def draw_top(
    sites: Sequence[SitePicture], waiting: Sequence[Said], remarks: Iterable[str], style: Style
) -> str:
    """Everything on one screen, as far as that goes."""
    parts = [draw_racks(sites, style) if sites else "No SitePowerEnvelope is accepted."]
    parts += [_waiting(waiting, style), "\n".join(_remark(remark, style) for remark in remarks)]
    return "\n\n".join(part for part in parts if part)


def _remark(remark: str, style: Style) -> str:
    return style.paint(wrapped(remark, style, 0), "yellow")


def _waiting(waiting: Sequence[Said], style: Style) -> str:
    if not waiting:
        return ""
    lines = [style.paint(f"Waiting: {sum(said.count for said in waiting):,}", "bold")]
    lines += [wrapped(f"{said.owner.name}: {_sentence(said)}", style, 2) for said in waiting]
    return "\n".join(lines)


def _sentence(said: Said) -> str:
    """What stands on a pool counts its replicas itself."""
    counts = said.owner.kind == "Pool" and bool(said.message)
    verb = "waits" if said.count == 1 else "wait"
    return said.message if counts else f"{said.count} {verb}: {said.message or said.reason}"
