"""Charts over time as inline SVG: stepped areas, lines and bars. Text is escaped here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 960.0, 220.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 64.0, 16.0, 12.0, 28.0


@dataclass(frozen=True, slots=True)
class Scale:
    """From minutes and values to the places of a chart. `low` to `high`: the values shown."""

    minutes: float
    high: float
    low: float = 0.0

    def x(self, minute: float) -> float:
        """Left to right."""
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * minute / self.minutes

    def y(self, value: float) -> float:
        """Bottom to top."""
        return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * (value - self.low) / (self.high - self.low)


def nice(most: float) -> float:
    """A round figure that is no less."""
    if most <= 0:
        return 1.0
    unit = 10.0 ** floor(log10(most))
    return float(
        next(step * unit for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * unit >= most * (1 - 1e-9))
    )


def chart(parts: Iterable[str], scale: Scale, label: str, unit: str) -> str:
    """A whole chart: axes with figures in `unit`, and these parts. `label`: for those who cannot see it."""
    return (
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{escape(label)}">'
        f"{_grid(scale, unit)}{''.join(parts)}</svg>"
    )


def _grid(scale: Scale, unit: str) -> str:
    found = []
    for value in (scale.low, *((scale.low + scale.high) / 2,), scale.high):
        y = scale.y(value)
        found.append(f'<line class="grid" x1="{_LEFT:g}" x2="{WIDTH - _RIGHT:g}" y1="{y:.1f}" y2="{y:.1f}"/>')
        text = escape(f"{abs(value):,.4g} {unit}".rstrip())
        found.append(f'<text class="axis" x="{_LEFT - 6:g}" y="{y + 4:.1f}" text-anchor="end">{text}</text>')
    hours = max(1, ceil(scale.minutes / 60 / 8))
    for hour in range(0, floor(scale.minutes / 60) + 1, hours):
        x = scale.x(hour * 60)
        found.append(
            f'<text class="axis" x="{x:.1f}" y="{HEIGHT - 8:g}" text-anchor="middle">{hour} h</text>'
        )
    return "".join(found)


def steps(points: Sequence[tuple[float, float]], scale: Scale) -> list[tuple[float, float]]:
    """Corners of a figure that holds from each minute until the next, to the end of the day."""
    ends = [*(minute for minute, _ in points[1:]), scale.minutes]
    return [
        (scale.x(at), scale.y(value))
        for (begin, value), end in zip(points, ends, strict=True)
        for at in (begin, end)
    ]


def area(
    lower: Sequence[tuple[float, float]], upper: Sequence[tuple[float, float]], scale: Scale, look: str
) -> str:
    """Between two stepped figures."""
    corners = [*steps(upper, scale), *reversed(steps(lower, scale))]
    return f'<polygon class="{look}" points="{_points(corners)}"/>'


def line(points: Sequence[tuple[float, float]], scale: Scale, look: str) -> str:
    """A stepped line."""
    return f'<polyline class="{look}" points="{_points(steps(points, scale))}"/>'


def bar(minute: float, width: float, value: float, scale: Scale, look: str) -> str:
    """From zero up or down."""
    top, bottom = sorted((scale.y(value), scale.y(0.0)))
    x, right = scale.x(minute), scale.x(min(scale.minutes, minute + width))
    return (
        f'<rect class="{look}" x="{x:.1f}" y="{top:.1f}" width="{max(1.0, right - x - 1):.1f}"'
        f' height="{bottom - top:.1f}"/>'
    )


def hover(minute: float, width: float, text: str, scale: Scale) -> str:
    """An unseen field over a part of the day that tells this when one points at it."""
    x, right = scale.x(minute), scale.x(minute + width)
    return (
        f'<rect class="hover" x="{x:.1f}" y="{_TOP:g}" width="{max(0.0, right - x):.1f}"'
        f' height="{HEIGHT - _TOP - _BOTTOM:g}"><title>{escape(text)}</title></rect>'
    )


def _points(corners: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
