"""The `ampacity` command, also found as `kubectl ampacity`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ampacity import __version__
from ampacity.audit.reading import HistoryUnreadable
from ampacity.audit.recorder import RecorderFailed
from ampacity.cli import audit, explain, models, plan, simulate, top, uninstall
from ampacity.cli.fetch.objects import NotInstalled
from ampacity.cluster.errors import AccessError, ApiError

CANNOT_RUN = 2
_EXPECTED = (AccessError, ApiError, HistoryUnreadable, NotInstalled, RecorderFailed, OSError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; the exit status is the return value."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except BrokenPipeError:
        # The reader (head, less) has seen enough; without this, closing stdout would complain once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except _EXPECTED as error:
        # Parsers of YAML and TLS spread their sentences over several lines.
        print(f"ampacity: {' '.join(str(error).split())}", file=sys.stderr)
        return CANNOT_RUN


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ampacity", description="Power and cooling as a scheduling resource for GPU clusters."
    )
    parser.add_argument("--version", action="version", version=f"ampacity {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in (plan, simulate, top, explain, models, audit, uninstall):
        command.add_parser(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
