"""`ampacity uninstall`: hands everything back to Kubernetes; what runs, runs on."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import Any

from ampacity.cli import clusters
from ampacity.cli.removal.claim import StillLed, claimed, holder, still_led
from ampacity.cli.removal.steps import Steps, in_namespace
from ampacity.cli.removal.survey import Survey, survey
from ampacity.cli.removal.waiting import path
from ampacity.cli.render.style import Style
from ampacity.cli.render.uninstall import draw_left, draw_plan
from ampacity.cluster.access import Access, find_access
from ampacity.cluster.client import Client
from ampacity.cluster.errors import NotAllowed
from ampacity.names import SCHEDULER

Json = dict[str, Any]

DONE, LEFT, REFUSED = 0, 1, 2
_TIMEOUT = 30.0


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Options of the command."""
    parser = commands.add_parser(
        "uninstall",
        help="hand everything back to Kubernetes, after `helm uninstall`; running pods run on",
        description="Takes Deployments from their pools and the gate out of their templates, without"
        " restarting a pod; frees pods that wait; deletes the ledger. Without --yes it only says what it"
        " would do. It may be interrupted and run again. It acts with your rights, and needs those of an"
        " administrator.",
        epilog="exit status: 0 if nothing waits for Ampacity any more, or without --yes; 1 if something does,"
        " or could not be done; 2 if nothing was done, for example because an operator still leads.",
    )
    parser.add_argument("--yes", action="store_true", help="do it")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done; the default")
    parser.add_argument(
        "--templates",
        action="store_true",
        help="free your own templates too (Deployments, CronJobs and so on) where no pod restarts by it",
    )
    parser.add_argument(
        "--crds", action="store_true", help="then delete the CRDs with all pools, envelopes and profiles"
    )
    clusters.add_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Say what would be done, or do it."""
    clusters.check_access(options)
    return asyncio.run(_run(options, find_access(options.kubeconfig, options.context)))


async def _run(options: argparse.Namespace, access: Access) -> int:
    style = Style.for_stream(sys.stdout)
    async with Client(access, timeout=_TIMEOUT) as client:
        found = await survey(client)
        if not options.yes or options.dry_run:
            return _announce(options, found, style)
        try:
            problems = await _remove(options, client, found)
        except StillLed as error:
            print(f"ampacity: nothing was done: {error}", file=sys.stderr)
            return REFUSED
        except NotAllowed:
            print("ampacity: stopped half way: the Lease was lost; run this command again", file=sys.stderr)
            return LEFT
        return _report(await survey(client), problems, style)


def _announce(options: argparse.Namespace, found: Survey, style: Style) -> int:
    print(draw_plan(found, style, templates=options.templates, crds=options.crds))
    for lease in found.leases:
        if holder(lease):
            print(f"\nWith --yes this is refused as long as {still_led(lease)}")
    print("\nNothing was changed. Add --yes to do it.")
    return DONE


async def _remove(options: argparse.Namespace, client: Client, found: Survey) -> Sequence[str]:
    """All of it; what could not be done, in words."""
    async with claimed(client, found.leases) as guard:
        steps = Steps(client, guard, _say)
        await steps.deployments(found.pools)
        await steps.reached(found.reached)
        if options.templates:
            await steps.templates(found.others)
        await steps.pods()
        if steps.problems:
            return steps.problems
        if options.crds:
            await steps.crds(await survey(client))
        await steps.remove(in_namespace("/api/v1", each, "configmaps") for each in found.holds)
    # Only now: as long as it is held it would be written again.
    last = Steps(client, lambda: True, _say)
    group = "/apis/coordination.k8s.io/v1"
    await last.remove(in_namespace(group, each, "leases") for each in found.leases)
    return [*steps.problems, *last.problems]


def _report(now: Survey, problems: Sequence[str], style: Style) -> int:
    """What is left, and the exit status."""
    waiting = {path(pod): pod for pod in (*now.gated, *now.scheduled)}
    lines = [*dict.fromkeys(problems), *(_still_waits(pod) for pod in waiting.values())]
    lines += [f"Deployment {_full_name(one)} is not handed back yet" for one in now.pools]
    left = draw_left(now, style)
    for part in ("\n".join(f"left: {line}" for line in lines), left):
        if part:
            print(part)
    if lines or left:
        return LEFT
    print("Nothing in the cluster waits for Ampacity any more.")
    return DONE


def _still_waits(pod: Json) -> str:
    if pod["spec"].get("schedulerName") == SCHEDULER:
        return f"pod {_full_name(pod)} names the scheduler {SCHEDULER}, and nobody replaces it: make it anew"
    return f"pod {_full_name(pod)} waits with the gate; run this command again"


def _full_name(obj: Json) -> str:
    return f"{obj['metadata']['namespace']}/{obj['metadata']['name']}"


def _say(text: str) -> None:
    print(text, flush=True)
