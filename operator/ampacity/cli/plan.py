"""`ampacity plan`: what would fit where, from files alone, by the planner that the operator uses."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ampacity.cli.distribution import distributed
from ampacity.cli.fetch.documents import Fault, read_documents
from ampacity.cli.fetch.scenario import Scenario, scenario
from ampacity.cli.over import exceeded
from ampacity.cli.render.distribution import distribution_data
from ampacity.cli.render.expand import draw_expansion
from ampacity.cli.render.plan import draw_plan, plan_json
from ampacity.cli.render.style import Style
from ampacity.cli.render.table import counted
from ampacity.cli.report import demands
from ampacity.cli.show import pictures
from ampacity.core.placement import plan
from ampacity.core.site import Problem

FITS, WAITS, BAD_INPUT = 0, 1, 2
MOST_FAULTS = 50

_NOTHING = Problem(
    "input", "holds nothing to plan", "give at least a SitePowerEnvelope, a GPUInferencePool or a workload"
)
_EPILOG = """\
exit status: 0 if everything fits, 1 if something waits or a limit is exceeded, 2 if the input has faults.
example: ampacity plan -f sites/ -f pools.yaml"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Options of the command."""
    parser = commands.add_parser(
        "plan",
        help="what would fit where, and what not and why, from files (no cluster)",
        description="Reads SitePowerEnvelopes, AcceleratorProfiles (besides those that ship with Ampacity),"
        " GPUInferencePools, Nodes, Pods and workloads, and plans as the operator would if all of"
        " them were there before its first cycle.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "-f",
        "--filename",
        action="append",
        required=True,
        metavar="PATH",
        help="file, folder, or - for standard input; may be repeated",
    )
    parser.add_argument("--expand", action="store_true", help="print what patterns in envelopes stand for")
    parser.add_argument("-o", "--output", choices=("table", "json"), default="table", help="default: table")
    parser.add_argument("--all-limits", action="store_true", help="show every domain of large sites")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Plan, print, and say by the exit status how it went."""
    documents, faults = read_documents(options.filename)
    found = scenario(documents, faults)
    if not found.faults and _nothing_to_plan(found, options.expand):
        found.faults.append(Fault(", ".join(options.filename), _NOTHING))
    if found.faults:
        print(complaint(found.faults, Style.for_stream(sys.stderr)), file=sys.stderr)
        return BAD_INPUT
    style = Style.for_stream(sys.stdout)
    if options.expand:
        print("\n\n".join(draw_expansion(site, style) for _, site in sorted(found.world.sites.items())))
        return FITS
    return _plan(found, options, style)


def _nothing_to_plan(found: Scenario, expand: bool) -> bool:
    world = found.world
    return not world.sites and (expand or not (world.pools or world.pods))


def _plan(found: Scenario, options: argparse.Namespace, style: Style) -> int:
    spread = distributed(found.world)
    if spread.problems:
        faults = [
            Fault(where, one) for name, where in found.where.items() for one in spread.problems.get(name, ())
        ]
        print(complaint(faults, Style.for_stream(sys.stderr)), file=sys.stderr)
        return BAD_INPUT
    world, snapshot = spread.world, spread.snapshot
    made = plan(snapshot)
    who = demands(world, made, {node.name: node.site for node in snapshot.nodes})
    sites = pictures(world, snapshot, made.grants, options.all_limits)
    over = exceeded(snapshot, made.grants)
    if options.output == "json":
        data = distribution_data(spread.outcomes, spread.numbers)
        print(plan_json(who, data, sites, over, snapshot.notes, found.assumptions))
    else:
        print(draw_plan(who, spread.outcomes, sites, over, snapshot.notes, found.assumptions, style))
    return WAITS if made.refusals or over or spread.short else FITS


def complaint(faults: Sequence[Fault], style: Style, done: str = "planned") -> str:
    """Every fault on a line of its own. `done`: what was not."""
    title = style.paint(f"The input has {counted(len(faults), 'fault')}; nothing was {done}.", "red")
    lines = [f"  {fault}" for fault in faults[:MOST_FAULTS]]
    if len(faults) > MOST_FAULTS:
        lines.append(f"  and {counted(len(faults) - MOST_FAULTS, 'more fault')}")
    return "\n".join([title, *lines])
