"""A real control plane, and how fast pods are placed on it: kube-scheduler alone, in the fast lane, by gate.

Rounds alternate on one cluster. Creation is left out: whoever decides (kube-scheduler, or the operator, which
leads and has everything listed) is stopped by SIGSTOP while the pods are created, and time runs from SIGCONT.
So both begin alike, with the pods still to come through their watches; each has placed a pod before. Times
are those of watch events. CPU of the API server is counted until it rests again, the statuses that the
operator writes afterwards included. CPU of all processes together is counted until all pods are bound: where
that fills the cores it says the same as the time, and what else the machine has to do disturbs it less.
AMPACITY_BENCH_PODS in the environment: another number of pods.

Grant latency is that of single pods, one after the other, on the same fleet full of running pods, of which
one is deleted before each.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from random import Random
from statistics import median, quantiles

from hack.local import LocalCluster
from tests.benchmarks.controlplane.hall import FAST, GATE, SCHEDULER, Hall, paused
from tests.benchmarks.controlplane.tally import Tally
from tests.benchmarks.measure import Measurement

LANES = (SCHEDULER, FAST, GATE)
SHARES = {FAST: 0.5, GATE: 1.0}
"""Most time until all are bound, as part of kube-scheduler's alone."""
LATENCY_LIMIT = 500.0
_PATIENCE = 600.0


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    nodes: int
    pods: int
    rounds: int
    singles: int


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds until all were bound, and until all ran; CPU seconds of the API server in all, and of every
    process until all were bound; what the machine had to do."""

    bound: float
    running: float
    cpu: float
    work: float
    load: float


FULL, QUICK = Size(1_000, 5_000, 3, 200), Size(16, 40, 1, 4)


def run(quick: bool) -> list[Measurement]:
    """All figures; `quick` shows that it works, and nothing else."""
    size = QUICK if quick else replace(FULL, pods=int(os.environ.get("AMPACITY_BENCH_PODS", FULL.pods)))
    with LocalCluster(pods="fast", bench=True) as cluster:
        hall = Hall(cluster, size.nodes)
        rounds: dict[str, list[Round]] = {lane: [] for lane in LANES}
        for number in range(size.rounds):
            for lane in LANES:
                rounds[lane].append(_round(hall, lane, size.pods, f"r{number}"))
                print(f"    {lane}: {rounds[lane][-1]}", file=sys.stderr, flush=True)
        return [*_figures(size, rounds), *_latencies(hall, size)]


def _round(hall: Hall, lane: str, count: int, prefix: str) -> Round:
    with ExitStack() as stack:
        process = None if lane == SCHEDULER else stack.enter_context(hall.operator())
        hall.place_one(lane)
        with hall.cluster.frozen("kube-scheduler") if process is None else paused(process):
            hall.create(lane, [f"{prefix}-{number}" for number in range(count)])
            version = hall.version()
            left = stack.enter_context(Tally(hall.cluster, "spec.nodeName=", "DELETED", version))
            started = stack.enter_context(Tally(hall.cluster, "status.phase=Running", "ADDED", version))
            hall.rest()
            used, worked, begun = hall.used(), hall.work(process), time.perf_counter()
        bound, work = left.wait(count, _PATIENCE) - begun, hall.work(process) - worked
        running, load = started.wait(count, _PATIENCE) - begun, os.getloadavg()[0]
        hall.rest()
        done = Round(bound, running, hall.used() - used, work, load)
    hall.empty()
    return done


def _figures(size: Size, rounds: dict[str, list[Round]]) -> Iterator[Measurement]:
    what = f"{size.pods:,} pods on {size.nodes:,} nodes"
    alone = median(one.bound for one in rounds[SCHEDULER])
    for lane, found in rounds.items():
        bound = median(one.bound for one in found)
        name = f"control plane: {what} bound, {lane}"
        limit = SHARES[lane] * alone if lane in SHARES else None
        yield Measurement(name, bound, "s", "" if limit is None else SCHEDULER, bound / alone, limit)
    for lane, found in rounds.items():
        yield _compared(f"control plane: the same until Running, {lane}", "s", [one.running for one in found],
                        [one.running for one in rounds[SCHEDULER]])  # fmt: skip
    for lane, found in rounds.items():
        yield _compared(f"control plane: CPU of all until bound, per pod, {lane}", "ms",
                        [1e3 * one.work / size.pods for one in found],
                        [1e3 * one.work / size.pods for one in rounds[SCHEDULER]])  # fmt: skip
    for lane, found in rounds.items():
        yield _compared(f"control plane: API server CPU per pod, {lane}", "ms",
                        [1e3 * one.cpu / size.pods for one in found],
                        [1e3 * one.cpu / size.pods for one in rounds[SCHEDULER]])  # fmt: skip


def _compared(name: str, unit: str, values: list[float], against: list[float]) -> Measurement:
    value, base = median(values), median(against)
    return Measurement(name, value, unit, SCHEDULER, value / base if base else None)


def _latencies(hall: Hall, size: Size) -> Iterator[Measurement]:
    """Single pods on a fleet that is full of running ones."""
    with hall.operator(), Tally(hall.cluster, "status.phase=Running", "ADDED", hall.version()) as started:
        fleet = [f"fleet-{number}" for number in range(size.pods)]
        hall.create(FAST, fleet)
        started.wait(size.pods, _PATIENCE)
        hall.rest()
        for lane in (FAST, GATE):
            taken = _singles(hall, lane, size.singles, fleet)
            found = quantiles(taken, n=100, method="inclusive")
            for part, limit in ((50, None), (99, LATENCY_LIMIT)):
                name = f"control plane: grant latency p{part}, one pod on {size.nodes:,} nodes, {lane}"
                yield Measurement(name, found[part - 1], "ms", limit=limit)


def _singles(hall: Hall, lane: str, count: int, fleet: list[str]) -> list[float]:
    """Milliseconds from posting each pod until it is seen bound."""
    taken, pauses = [], Random(1)
    with Tally(hall.cluster, "spec.nodeName!=", "ADDED", hall.version()) as bound:
        for number in range(count):
            hall.delete(fleet.pop())
            time.sleep(pauses.uniform(0.1, 0.4))
            name, begun = f"one-{lane[:4]}-{number}", time.perf_counter()
            hall.create(lane, [name])
            taken.append(1e3 * (bound.wait_for(name, _PATIENCE) - begun))
    return taken
