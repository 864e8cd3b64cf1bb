"""A simulated day and its figures: what all of its pictures are drawn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from ampacity.core.distribution.replay import Frame


@dataclass(frozen=True, slots=True)
class Total:
    """Over the day. `part`: of what was asked; 1 if nothing was. `energy`: Wh, of replicas and all else."""

    part: float
    latency_ms: float
    started: int
    stopped: int
    energy: float


@dataclass(frozen=True, slots=True)
class Shortage:
    """One region that was short for a while. `amount`: requests/s at the worst; `sentence`: why, then."""

    begin: float
    end: float
    pool: str
    region: str
    amount: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Day:
    """`frames` in order, the first at minute 0. `base`: what sites draw without these replicas, mW."""

    frames: tuple[Frame, ...]
    minutes: float
    base: Mapping[str, int]

    def spans(self) -> Iterator[tuple[Frame, float]]:
        """Each frame, and for how many minutes it holds."""
        ends = [*(frame.minute for frame in self.frames), self.minutes]
        return zip(self.frames, (end - begin for begin, end in pairwise(ends)), strict=True)

    def power(self, frame: Frame) -> dict[str, int]:
        """What each site draws, mW."""
        sites = self.base.keys() | frame.power.keys()
        return {site: self.base.get(site, 0) + frame.power.get(site, 0) for site in sites}

    def sites(self) -> list[str]:
        """Those that draw most at some time first; sites that never have a replica left out."""
        peaks: dict[str, int] = {}
        for frame in self.frames:
            for site, power in self.power(frame).items():
                if any(one.power.get(site) for one in self.frames):
                    peaks[site] = max(peaks.get(site, 0), power)
        return sorted(peaks, key=lambda site: (-peaks[site], site))

    def total(self) -> Total:
        """The day in figures."""
        spans = list(self.spans())
        asked = sum(frame.asked * minutes for frame, minutes in spans)
        served = sum(frame.served * minutes for frame, minutes in spans)
        weighed = sum(frame.served * frame.latency_ms * minutes for frame, minutes in spans)
        energy = sum(sum(self.power(frame).values()) * minutes for frame, minutes in spans)
        return Total(
            part=served / asked if asked else 1.0,
            latency_ms=weighed / served if served else 0.0,
            started=sum(frame.started for frame in self.frames),
            stopped=sum(frame.stopped for frame in self.frames),
            energy=energy / 60_000,
        )

    def shortages(self) -> list[Shortage]:
        """Each region that is short, from when to when; the largest first."""
        open_: dict[tuple[str, str], Shortage] = {}
        found: list[Shortage] = []
        for frame, minutes in self.spans():
            short = {(one.pool, one.region): one for one in frame.short}
            found += [open_.pop(key) for key in open_.keys() - short.keys()]
            for key, one in short.items():
                new = Shortage(frame.minute, frame.minute, *key, one.amount, one.sentence)
                was = open_.get(key, new)
                worst = max(was, new, key=lambda some: some.amount)
                end = frame.minute + minutes
                open_[key] = Shortage(was.begin, end, *key, worst.amount, worst.sentence)
        found += open_.values()
        return sorted(
            found, key=lambda one: (-one.amount * (one.end - one.begin), one.begin, one.pool, one.region)
        )


def clock(minute: float) -> str:
    """ "07:30", "31:00": hours and minutes since the beginning."""
    hours, minutes = divmod(round(minute), 60)
    return f"{hours:02}:{minutes:02}"


def rate(requests: float) -> str:
    """Requests/s with three digits that matter."""
    return f"{requests:,.0f}" if requests >= 1000 else f"{requests:.3g}"


def part(served: float) -> str:
    """Percent, and never 100 while something is not served."""
    return "100 %" if served > 1 - 1e-9 else f"{min(99.9, 100 * served):.1f} %"
