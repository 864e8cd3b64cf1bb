"""Options and errors that all commands on a cluster share."""

from __future__ import annotations

import argparse
from pathlib import Path

from ampacity.cli.fetch.live import Live, read_live
from ampacity.cli.fetch.objects import fetch_objects


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which cluster."""
    parser.add_argument("--kubeconfig", type=Path, metavar="FILE", help="default: as kubectl finds it")
    parser.add_argument("--context", metavar="NAME", help="default: the kubeconfig's current context")


def look(options: argparse.Namespace) -> Live:
    """The cluster as it is now."""
    return read_live(fetch_objects(options.kubeconfig, options.context))
