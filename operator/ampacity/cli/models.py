"""`ampacity models`: what one replica of a model needs, does and draws, accelerator by accelerator."""

from __future__ import annotations

import argparse
import sys

from ampacity.cli.clusters import add_options, check_access
from ampacity.cli.fetch.models import Shelf, from_cluster, from_files, shipped
from ampacity.cli.offers import Mix, Offer, offers
from ampacity.cli.render.models import draw_models, models_json
from ampacity.cli.render.style import Style

FOUND, NOTHING, BAD_INPUT = 0, 1, 2

_EPILOG = """\
exit status: 0 if there is something to show, 1 if nothing fits what was asked for, 2 if the input has faults.
example: ampacity models llama-3-3-70b --input 2000 --output 300"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Options of the command."""
    parser = commands.add_parser(
        "models",
        help="what one replica of each model needs, does and draws on each accelerator",
        description="Reads ModelProfiles and AcceleratorProfiles: those that ship with Ampacity, those of"
        " files, or those in force in a cluster.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("models", nargs="*", metavar="MODEL", help="names of ModelProfiles; default: all")
    parser.add_argument("--on", metavar="ACCELERATOR", help="only on this profile or family")
    parser.add_argument("--input", type=_tokens, default=1000, metavar="TOKENS", help="default: 1000")
    parser.add_argument("--output", type=_tokens, default=250, metavar="TOKENS", help="default: 250")
    parser.add_argument(
        "--cached", type=_percent, default=0.0, metavar="PERCENT", help="of the input; default: 0"
    )
    parser.add_argument(
        "--utilisation", type=_busy, default=0.7, metavar="PERCENT", help="of a replica; default: 70"
    )
    parser.add_argument("-o", "--format", choices=("table", "json"), default="table", help="default: table")
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "-f", "--filename", action="append", metavar="PATH", help="file, folder, or -; may be repeated"
    )
    source.add_argument("--cluster", action="store_true", help="what is in force in the cluster")
    add_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the table, and say by the exit status how it went."""
    shelf = _shelf(options)
    if shelf.faults:
        print(*(f"ampacity: {fault}" for fault in shelf.faults), sep="\n", file=sys.stderr)
        return BAD_INPUT
    mix = Mix(options.input, options.output, options.cached, options.utilisation)
    found = [offer for offer in offers(shelf.models, shelf.profiles, mix) if _asked(offer, options)]
    print(*shelf.remarks, sep="\n", end="\n" if shelf.remarks else "", file=sys.stderr)
    if not found:
        print(_none(options, shelf), file=sys.stderr)
        return NOTHING
    style = Style.for_stream(sys.stdout)
    print(models_json(found, mix) if options.format == "json" else draw_models(found, mix, style))
    return FOUND


def _shelf(options: argparse.Namespace) -> Shelf:
    if options.cluster:
        check_access(options)
        return from_cluster(options.kubeconfig, options.context)
    return from_files(options.filename) if options.filename else shipped()


def _asked(offer: Offer, options: argparse.Namespace) -> bool:
    named = not options.models or offer.model.name in options.models
    return named and options.on in (None, offer.fit.accelerator)


def _none(options: argparse.Namespace, shelf: Shelf) -> str:
    where = f" on {options.on}" if options.on else ""
    known = ", ".join(sorted(model.name for model in shelf.models)) or "none"
    asked = ", ".join(options.models) or "any name"
    return f"ampacity: nothing{where} goes by {asked}; models known: {known}"


def _tokens(text: str) -> int:
    """A number of tokens for argparse."""
    if not text.isdecimal() or not 1 <= int(text) <= 10**8:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of tokens; write for example 1000")
    return int(text)


def _busy(text: str) -> float:
    """A percentage that is not nothing."""
    if not (share := _percent(text)):
        raise argparse.ArgumentTypeError(f"'{text}' leaves a replica idle; write for example 70")
    return share


def _percent(text: str) -> float:
    """A percentage for argparse, as a share."""
    try:
        share = float(text.removesuffix("%")) / 100
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no percentage; write for example 70")
    return share
