"""`ampacity simulate`: a day of demand against the fleet, decided moment by moment as the operator would."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ampacity.cli import clusters
from ampacity.cli.fetch.documents import Fault, read_documents
from ampacity.cli.fetch.scenario import scenario
from ampacity.cli.fetch.trace import Trace, moments, read_trace
from ampacity.cli.plan import complaint
from ampacity.cli.render.day import Day
from ampacity.cli.render.picture import picture
from ampacity.cli.render.simulate import day_json, draw_day
from ampacity.cli.render.style import Style
from ampacity.core.distribution import decide
from ampacity.core.distribution.model import Task
from ampacity.core.distribution.replay import Frame, Moment, replay
from ampacity.core.ledger import announce
from ampacity.core.placement import plan
from ampacity.core.site import Problem
from ampacity.core.snapshot import Snapshot
from ampacity.translate.distribution import Question, standing_of, task_of
from ampacity.translate.distribution.targets import problems_of
from ampacity.translate.records import World
from ampacity.translate.snapshot.build import build_snapshot

SERVED, SHORT, BAD_INPUT = 0, 1, 2
_NO_POOLS = Problem(
    "input", "no pool states spec.demand, so there is nothing to simulate", "give pools with demand by region"
)
_EPILOG = """\
The trace is a CSV file with a line of names: hour (or minute), pool, region, requests_per_second. A figure
holds until the next one of the same pool and region; before its first, what the pool states counts.
exit status: 0 if all demand is served at all times, 1 if some is not, 2 if the input has faults.
example: ampacity simulate -f examples/three-sites --demand examples/three-sites/day.csv --html day.html"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Options of the command."""
    parser = commands.add_parser(
        "simulate",
        help="a day of demand against the fleet: what is served, drawn and moved",
        description="Replays a trace of demand against sites and pools in files, or in a cluster, and draws"
        " served demand, power by site and moves over time. Changes nothing.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--demand", required=True, metavar="FILE", help="the trace")
    parser.add_argument("--hours", type=_hours, default=24.0, metavar="N", help="how long; default: 24")
    parser.add_argument(
        "-f",
        "--filename",
        action="append",
        metavar="PATH",
        help="the fleet: file, folder, or - for standard input; may be repeated; default: the cluster",
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the picture as a page of its own")
    parser.add_argument("-o", "--output", choices=("table", "json"), default="table", help="default: table")
    clusters.add_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Simulate, draw, and say by the exit status how it went."""
    world, faults = _world(options)
    asked = _asked(world)
    if not faults and not asked.task.pools and not asked.problems:
        faults.append(Fault(", ".join(options.filename or ["the cluster"]), _NO_POOLS))
    faults += [Fault(name, problem) for name, found in asked.problems.items() for problem in found]
    regions = {pool.name: [one.region for one in pool.demand] for pool in asked.task.pools if pool.demand}
    trace = Trace() if faults else read_trace(options.demand, regions)
    if faults or trace.faults:
        told = complaint([*faults, *trace.faults], Style.for_stream(sys.stderr), "simulated")
        print(told, file=sys.stderr)
        return BAD_INPUT
    minutes = options.hours * 60
    frames = tuple(_played(asked.question, list(moments(trace.rows, minutes))))
    return _show(Day(frames, minutes, asked.base), options)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the fleet asks of distribution, and what its sites draw besides, mW. `problems`: of pools that
    cannot be decided."""

    question: Question
    base: Mapping[str, int]
    problems: Mapping[str, tuple[Problem, ...]]

    @property
    def task(self) -> Task:
        return self.question.task


def _world(options: argparse.Namespace) -> tuple[World, list[Fault]]:
    """The fleet, and the faults of the input."""
    if not options.filename:
        return clusters.look(options).world, []
    documents, faults = read_documents(options.filename)
    found = scenario(documents, faults)
    return found.world, found.faults


def _asked(world: World) -> _Asked:
    world = _with_others(world)
    snapshot = build_snapshot(world)
    question = task_of(world, snapshot, standing_of(world, snapshot), {})
    problems = problems_of(question, decide(question.task))
    return _Asked(question, _besides(snapshot, question.task), problems)


def _with_others(world: World) -> World:
    """With all else that waits in its place, if it has one: pods, and pools that nobody distributes."""
    distributed = {pool.key for pool in world.pools if pool.wish is not None}
    others = replace(
        world,
        pools=tuple(pool for pool in world.pools if pool.wish is None),
        pods=tuple(pod for pod in world.pods if not (pod.waiting and pod.pool in distributed)),
    )
    made = plan(build_snapshot(others))
    return replace(world, ledger=announce(world.ledger, made.grants, 0).ledger)


def _besides(snapshot: Snapshot, task: Task) -> dict[str, int]:
    """What each site draws without the replicas that are to be decided, mW."""
    footprints = {(pool.name, one.name): one.footprint for pool in task.pools for one in pool.variants}
    charged = {(site.name, one.footprint): one.power for site in task.sites for one in site.berths}
    found = {name: sum(load.power for load in snapshot.rack_loads(name).values()) for name in snapshot.sites}
    for choice, count in task.current.items():
        power = charged.get((choice.site, footprints[choice.pool, choice.variant]), 0)
        found[choice.site] = max(0, found[choice.site] - count * power)
    return found


def _played(question: Question, steps: list[Moment]) -> Iterator[Frame]:
    """The frames; on a terminal it is said how far it is."""
    told = sys.stderr.isatty()
    for number, frame in enumerate(replay(question.task, steps, question.judge), 1):
        if told:
            print(f"\r{number} of {len(steps)} moments decided", end="", file=sys.stderr, flush=True)
        yield frame
    if told:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _show(day: Day, options: argparse.Namespace) -> int:
    print(day_json(day) if options.output == "json" else draw_day(day, Style.for_stream(sys.stdout)))
    if options.html:
        options.html.write_text(picture(day, "A simulated day"), encoding="utf-8")
        print(f"The picture is in {options.html}.", file=sys.stderr)
    return SHORT if any(frame.short for frame in day.frames) else SERVED


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not 0 < hours <= 8760:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of hours above 0, and at most 8760")
    return hours
