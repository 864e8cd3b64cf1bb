"""Options and errors that all commands on a cluster share."""

from __future__ import annotations

import argparse
from pathlib import Path

from ampacity.cli.fetch.live import Live, read_live
from ampacity.cli.fetch.objects import fetch_objects
from ampacity.cluster.access import find_access
from ampacity.cluster.errors import AccessError


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which cluster."""
    parser.add_argument("--kubeconfig", type=Path, metavar="FILE", help="default: as kubectl finds it")
    parser.add_argument("--context", metavar="NAME", help="default: the kubeconfig's current context")


def check_access(options: argparse.Namespace) -> None:
    """Raises AccessError with the remedy where the kubeconfig does not lead to a cluster."""
    try:
        find_access(options.kubeconfig, options.context)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AccessError(
            f"the kubeconfig is not as kubectl writes it ({type(error).__name__}: {error});"
            " choose another with --kubeconfig"
        ) from error


def look(options: argparse.Namespace) -> Live:
    """The cluster as it is now."""
    check_access(options)
    return read_live(fetch_objects(options.kubeconfig, options.context))
