"""The `ampacity` command, also found as `kubectl ampacity`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ampacity.audit.recorder import RecorderFailed
from ampacity.cli import audit, explain, plan, top
from ampacity.cli.fetch.objects import NotInstalled
from ampacity.cluster.errors import AccessError, ApiError


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
    except (AccessError, ApiError, NotInstalled, RecorderFailed, OSError) as error:
        print(f"ampacity: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ampacity", description="Power and cooling as a scheduling resource for GPU clusters."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in (plan, top, explain, audit):
        command.add_parser(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
