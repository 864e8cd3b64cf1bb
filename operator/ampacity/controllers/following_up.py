"""What comes of a cycle's grants.

evict      give up pods that no scheduler binds
scale      bring the pools' Deployments in step
report     hand over what people should be told
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from ampacity.controllers.pools.fleet import Fleet
from ampacity.controllers.pools.following import Outlook
from ampacity.controllers.pools.rollouts import surging
from ampacity.controllers.report import report_of
from ampacity.controllers.scene import Scene
from ampacity.controllers.tools import Tools
from ampacity.core.ledger import Ledger
from ampacity.core.plan import Plan
from ampacity.core.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Done:
    """A cycle whose grants are sent: what it knew, what it decided, and the ledger as it is now."""

    scene: Scene
    fleet: Fleet
    snapshot: Snapshot
    decisions: Plan
    ledger: Ledger
    seen: Outlook


async def follow_up(tools: Tools, done: Done) -> None:
    """Raises ApiError."""
    step = tools.metrics.step
    with step("evict"):
        for result in await tools.evictor.evict(tools.unbound.to_evict()):
            tools.metrics.evictions.labels(result.outcome.value).inc()
    with step("scale"):
        careful = await asyncio.to_thread(surging, done.scene, done.snapshot)
        wanted = await asyncio.to_thread(done.fleet.deployments, done.ledger, careful, done.seen)
        await tools.deployments.apply(wanted)
        tools.serving.offer(done.scene)
    with step("report"):
        _report(tools, done)


def _report(tools: Tools, done: Done) -> None:
    trouble, refusals = tools.deployments.trouble, tools.deployments.refusals.all
    found = report_of(done.scene, done.fleet, done.snapshot, done.decisions, done.ledger, trouble, refusals)
    tools.report(replace(found, stuck=tools.unbound.reported).unreached(tools.serving.troubles))
