"""The cluster for tests and the demo, and its command line.

python -m hack.cluster up --name mine [--pods fast]    start one that outlives this command
python -m hack.cluster nodes --name mine '8 x H100 in rack r07 of par1' ...
python -m hack.cluster reset --name mine               delete its nodes, workloads and our resources
python -m hack.cluster down --name mine
python -m hack.cluster list
"""

import argparse
import os
import sys
import time

from hack import runs
from hack.access import Cluster, CommandFailed
from hack.kind import KindCluster
from hack.local import LocalCluster
from hack.stage_file import Pace
from hack.supervised import StartFailed, SupervisedCluster

__all__ = ["Cluster", "CommandFailed", "LocalCluster", "StartFailed", "new"]


def new(name: str = "", *, pods: Pace = "realistic", detached: bool = False) -> SupervisedCluster:
    """A cluster, not started yet: local processes, or kind where the environment says CLUSTER=kind."""
    chosen = os.environ.get("CLUSTER", "local")
    if chosen not in ("local", "kind"):
        raise ValueError(f"CLUSTER={chosen} is neither local nor kind")
    return (KindCluster if chosen == "kind" else LocalCluster)(name, pods=pods, detached=detached)


def _up(chosen: argparse.Namespace) -> None:
    print(f"Starting the control plane {chosen.name} (about 5 s)", flush=True)
    started = time.monotonic()
    cluster = new(chosen.name, pods=chosen.pods, detached=True).start()
    print(f"Ready after {time.monotonic() - started:.1f} s. Logs: {cluster.logs}")
    print(f"export KUBECONFIG={cluster.kubeconfig}")


def _down(chosen: argparse.Namespace) -> None:
    new(chosen.name).stop()


def _nodes(chosen: argparse.Namespace) -> None:
    started = time.monotonic()
    names = new(chosen.name).attach().add_nodes(*chosen.line)
    print(f"{len(names)} nodes in {time.monotonic() - started:.1f} s")


def _reset(chosen: argparse.Namespace) -> None:
    new(chosen.name).attach().reset()


def _list(_: argparse.Namespace) -> None:
    for name in runs.up():
        print(f"{name}\t{runs.folder() / name}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hack.cluster", description="A local Kubernetes control plane"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, help_text in (
        ("up", _up, "start a cluster"),
        ("down", _down, "end it"),
        ("reset", _reset, "empty it"),
        ("nodes", _nodes, "add simulated GPU nodes"),
        ("list", _list, "show what is up"),
    ):
        command = commands.add_parser(name, help=help_text)
        command.set_defaults(run=run)
        command.add_argument("--name", default="dev")
        if name == "up":
            command.add_argument("--pods", choices=("realistic", "fast"), default="realistic")
            command.add_argument(
                "--bench", action="store_true", help="without flow control and node lifecycle"
            )
        if name == "nodes":
            command.add_argument("line", nargs="+", help="8 x H100 in rack r07 of par1")
    return parser


if __name__ == "__main__":
    arguments = _parser().parse_args()
    try:
        arguments.run(arguments)
    except (StartFailed, LookupError, ValueError, RuntimeError) as error:
        sys.exit(str(error))
