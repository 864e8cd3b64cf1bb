"""`ampacity audit`: the independent checker, on a cluster or on a recorded history."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from ampacity.audit.judge import Judge, judge
from ampacity.audit.present import present
from ampacity.audit.reading import read_history
from ampacity.audit.recorder import Recorder
from ampacity.audit.verdict import Verdict
from ampacity.cli.clusters import add_options, check_access

CLEAN, FOUND, UNJUDGED = 0, 1, 2
SETTLED = 2.0
"""Seconds for which records of different kinds may come in out of order."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Options of the command."""
    parser = commands.add_parser(
        "audit",
        help="check every grant against the limits, by walking the graph, without the planner's rows",
        description="Without options: whether the cluster is within its limits now, in operation and after"
        " every single failure. --watch and --record judge every grant from now on.",
        epilog="exit status: 0 if nothing was found, 1 if something was found or not all was seen, 2 if"
        " nothing could be judged. Watching ends with Ctrl-C.",
    )
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("-w", "--watch", action="store_true", help="tell each finding as it comes")
    ways.add_argument("--record", type=Path, metavar="FILE", help="as --watch, and keep the history in FILE")
    ways.add_argument("--replay", type=Path, metavar="FILE", help="judge a history that was recorded before")
    add_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Judge, print the verdict, and say by the exit status how it came out."""
    verdict = _verdict(options)
    print(verdict.text())
    if verdict.blind:
        return UNJUDGED
    return CLEAN if verdict.ok else FOUND


def _verdict(options: argparse.Namespace) -> Verdict:
    if options.replay:
        return judge(read_history(options.replay, lambda text: print(text, file=sys.stderr)))
    check_access(options)
    if options.watch or options.record:
        return _watch(Recorder(options.kubeconfig, file=options.record, context=options.context))
    with Recorder(options.kubeconfig, context=options.context) as recorder:
        pass
    return present(recorder.records())


def _watch(recorder: Recorder) -> Verdict:
    judging = Judge()
    taken = 0
    with recorder:
        try:
            while True:
                time.sleep(SETTLED / 2)
                records = recorder.records(after=taken, until=time.time() - SETTLED)
                taken += len(records)
                for finding in judging.add(records):
                    print(finding, flush=True)
        except KeyboardInterrupt:
            pass
    judging.add(recorder.records(after=taken))
    return judging.verdict()
