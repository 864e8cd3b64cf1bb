"""A day of real traffic, decided hour by hour, ours against simple rules.

Demand: the Azure trace of chat requests (58 minutes), its minutes stretched over a day, each region at its
own local time. Latency: the measured round trips between 21 regions of a cloud. Each region is also a site,
five of them central. Both data sets are found by `AMPACITY_DATA`; without them there are no figures. All
rules obey the same slots, bounds and priorities, and what replicas they choose is used as well as can be.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ampacity.cli.render.day import Day
from ampacity.cli.render.picture import picture
from ampacity.core.distribution import Policy, decide, report
from ampacity.core.distribution.fleet import read_fleet
from ampacity.core.distribution.model import Choice, Demand, Limit, Pool, Rtt, SiteRoom, Task, Variant
from ampacity.core.distribution.replay import Moment, replay
from ampacity.core.distribution.settled import assign
from tests.benchmarks.measure import Measurement
from tests.builders.distribution import site
from tests.properties.distribution.baselines import BASELINES

DATA = Path(os.environ.get("AMPACITY_DATA", Path(__file__).parents[3] / "shared" / "data"))
CENTRAL = frozenset({"us-east-1", "us-west-2", "eu-central-1", "ap-northeast-1", "ap-southeast-1"})
HOURS, SCALE, BOUND_MS = 24, 480.0, 120.0
PICTURE = Path(__file__).parents[2] / "build" / "day.html"
_NOTE = (
    "Chat requests of the Azure trace, at the local times of 21 cloud regions with measured round trips;"
    " each region is a site too, five of them central. Power is that of replicas, 1.3 kW a GPU."
)
GPU_MW = 1_300_000
Counts = dict[Choice, int]


def day(quick: bool) -> list[Measurement]:
    """Served part, mean latency and starts for each rule."""
    trace = DATA / "azure-llm-2023" / "AzureLLMInferenceTrace_conv.csv"
    rtts = DATA / "aws-rtt"
    if not (trace.exists() and rtts.exists()):
        return []
    tasks = _tasks(trace, rtts, 6 if quick else HOURS)
    found = []
    rules = {**BASELINES, "ours without regard to what runs": _anew, "ours": _ours}
    for name, rule in rules.items():
        served, latency, starts = _lived(tasks, rule)
        label = f"distribution day: {name}"
        found += [
            Measurement(f"{label}: served within {BOUND_MS:.0f} ms", 100 * served, "%"),
            Measurement(f"{label}: mean round trip", latency, "ms"),
            Measurement(f"{label}: replicas started", float(starts), ""),
        ]
    _paint(tasks)
    return found


def _paint(tasks: list[Task]) -> None:
    """The day as the operator would live it, as build/day.html."""
    hours = HOURS / len(tasks)
    moments = [Moment(60 * hours * number, _requests(task)) for number, task in enumerate(tasks)]
    frames = tuple(replay(tasks[0], moments))
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(picture(Day(frames, HOURS * 60.0, {}), "A simulated day", _NOTE), encoding="utf-8")
    print(f"  {PICTURE.relative_to(PICTURE.parents[1])} is the picture of the day", file=sys.stderr)


def _requests(task: Task) -> dict[tuple[str, str], float]:
    return {(pool.name, one.region): one.requests for pool in task.pools for one in pool.demand}


def _lived(tasks: list[Task], rule: Callable[[Task], Counts]) -> tuple[float, float, int]:
    """Part served, mean ms and replicas started over the hours."""
    asked, served, weighed, starts = 0.0, 0.0, 0.0, 0
    now: Counts = {}
    for hour, task in enumerate(tasks):
        after = rule(replace(task, current=now))
        starts += sum(max(0, count - now.get(choice, 0)) for choice, count in after.items()) if hour else 0
        now = after
        for pool in task.pools:
            amount, total = _used(task, pool, now)
            served, weighed = served + amount, weighed + total
            asked += sum(one.requests for one in pool.demand)
    return served / asked, weighed / served if served else 0.0, starts


def _anew(task: Task) -> Counts:
    return _ours(replace(task, current={}))


def _ours(task: Task) -> Counts:
    return dict(report(decide(task)).replicas)


def _used(task: Task, pool: Pool, counts: Counts) -> tuple[float, float]:
    """Requests/s that these replicas serve at best (used a little beyond their target if need be, whoever
    chose them), and those times their ms."""
    policy = Policy()
    block = read_fleet(replace(task, current=counts), policy).block(pool, len(task.sites))
    settled = assign(block, block.option_current, policy.band)
    requests = settled.flows * block.requests[block.flow_region]
    return float(requests.sum()), float(requests @ block.flow_ms)


def _tasks(trace: Path, rtts: Path, hours: int) -> list[Task]:
    minutes, tokens_in, tokens_out = _trace(trace)
    places = {
        row["region"]: float(row["lon"])
        for row in csv.DictReader((rtts / "aws_region_coords.csv").open(), delimiter=";")
    }
    first, *rows = list(csv.reader((rtts / "aws_rtt_ms_matrix.csv").open()))
    latency = {
        (row[0], to): Rtt(float(ms), True) for row in rows for to, ms in zip(first[1:], row[1:], strict=True)
    }
    sites = tuple([_site(name) for name in sorted(places)])
    return [
        Task(sites, _pools(places, minutes, hour, tokens_in, tokens_out), latency)
        for hour in range(0, HOURS, HOURS // hours)
    ]


def _trace(path: Path) -> tuple[list[int], float, float]:
    """Requests by minute, mean input and output tokens."""
    rows = list(csv.DictReader(path.open()))
    counts: dict[str, int] = {}
    for row in rows:
        minute = row["TIMESTAMP"][11:16]
        counts[minute] = counts.get(minute, 0) + 1
    tokens_in = sum(int(row["ContextTokens"]) for row in rows) / len(rows)
    tokens_out = sum(int(row["GeneratedTokens"]) for row in rows) / len(rows)
    whole = [counts[minute] for minute in sorted(counts)][1:-1]
    return whole, tokens_in, tokens_out


def _site(name: str) -> SiteRoom:
    servers = 40 if name in CENTRAL else 9
    slots = {"h200x1": servers * 8, "h200x8": servers}
    built = site(name, slots, "Central" if name in CENTRAL else "Edge", uplink=1.25e9)
    sizes = {"h200x1": 1, "h200x8": 8}
    berths = tuple([replace(berth, power=sizes[berth.footprint] * GPU_MW) for berth in built.berths])
    gpus = Limit("GPUs of h200", servers * 8, (("h200x1", 1), ("h200x8", 8)))
    return replace(built, berths=berths, limits=(gpus,))


def _pools(
    places: dict[str, float], minutes: list[int], hour: int, tokens_in: float, tokens_out: float
) -> tuple[Pool, ...]:
    """A small model that may go anywhere within the bound, and a large one that matters more."""
    demand = tuple(
        [
            Demand(
                name, SCALE * _rate(minutes, hour + longitude / 15) / 60 / len(places), tokens_in, tokens_out
            )
            for name, longitude in sorted(places.items())
        ]
    )
    small = Variant("h200", "h200x1", 1, 20000.0, 2500.0)
    large = Variant("h200x8", "h200x8", 8, 16000.0, 3000.0)
    third = tuple([replace(one, requests=one.requests / 3) for one in demand])
    return (
        Pool("small", (small,), demand, max_rtt_ms=BOUND_MS, weights=16 * 10**9),
        Pool("large", (large,), third, priority=1, max_rtt_ms=BOUND_MS, weights=140 * 10**9),
    )


def _rate(minutes: list[int], local: float) -> float:
    """Requests a minute at a local time, hours; the trace's minutes stand for a day."""
    return float(minutes[int((local % 24) / 24 * len(minutes))])
