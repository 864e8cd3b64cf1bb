"""`ampacity top`: sites, domains and racks of a cluster as bars, and what waits."""

from __future__ import annotations

import argparse
import sys
import time

from ampacity.cli import clusters
from ampacity.cli.render.style import Style
from ampacity.cli.render.top import draw_top
from ampacity.cli.show import pictures
from ampacity.cli.waiting import said
from ampacity.translate.snapshot.build import build_snapshot

UNKNOWN = 2
_CLEAR = "\x1b[H\x1b[2J"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Options of the command."""
    parser = commands.add_parser(
        "top",
        help="sites, domains and racks as bars, and what waits",
        epilog="exit status: 0, or 2 if a site that was named has no accepted envelope.",
        description="Shows what is reserved against every limit, now and in the worst single failure.",
    )
    parser.add_argument("site", nargs="*", help="only these sites; default: all")
    parser.add_argument("--all-limits", action="store_true", help="show every domain of large sites")
    parser.add_argument(
        "-w",
        "--watch",
        nargs="?",
        type=float,
        const=5.0,
        metavar="SECONDS",
        help="draw again every so often; default: every 5 seconds",
    )
    clusters.add_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Draw once, or until interrupted."""
    while True:
        screen, unknown = _screen(options, Style.for_stream(sys.stdout))
        if options.watch is None:
            print(screen, end="\n" if screen else "")
            for name in unknown:
                print(f"There is no accepted SitePowerEnvelope {name}.", file=sys.stderr)
            return UNKNOWN if unknown else 0
        print(_CLEAR + screen if sys.stdout.isatty() else screen, flush=True)
        time.sleep(options.watch)


def _screen(options: argparse.Namespace, style: Style) -> tuple[str, list[str]]:
    """What to show, and the sites that were named and are not there."""
    live = clusters.look(options)
    shown = pictures(live.world, build_snapshot(live.world), every_limit=options.all_limits)
    unknown = sorted(set(options.site) - {site.name for site in shown})
    if not options.site:
        return draw_top(shown, said(live), [remark.text for remark in live.remarks], style), unknown
    shown = [site for site in shown if site.name in options.site]
    remarks = [
        remark.text
        for remark in live.remarks
        if remark.kind != "SitePowerEnvelope" or remark.name in options.site
    ]
    return draw_top(shown, said(live), remarks, style) if shown else "\n".join(remarks), unknown
