"""What is said of a decision: in the log, and as an Event on each pool whose replicas belong elsewhere."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping

from ampacity.apis import GPUInferencePool
from ampacity.cluster.events import Subject
from ampacity.controllers.logs import fields
from ampacity.controllers.pools.reading import PoolScene
from ampacity.core.distribution.targets import Targets
from ampacity.translate.distribution import Standing

log = logging.getLogger(__name__)

REASON = "Distributed"

Post = Callable[[Subject, str, str], Awaitable[object]]
"""Posts an Event: about what, its reason, its text."""


async def announce(
    pools: Mapping[str, PoolScene],
    decided: Mapping[str, Targets],
    before: Mapping[str, Targets],
    standing: Standing,
    post: Post,
) -> None:
    """Tell what has changed. `standing`: what ran when pools that have no decision `before` were decided."""
    for key, told in changes(decided, before, standing):
        log.info("decided", extra=fields(pool=key, replicas=told))
        if key in pools:
            await post(_subject(pools[key]), REASON, told)


def changes(
    decided: Mapping[str, Targets], before: Mapping[str, Targets], standing: Standing
) -> Iterator[tuple[str, str]]:
    """Pools with other targets than before, and at which sites."""
    for key, targets in decided.items():
        old = before[key].by_site if key in before else _running(key, standing)
        new = targets.by_site
        sites = [site for site in sorted({*old, *new}) if new[site] != old[site]]
        told = [f"{site}: {new[site]} (was {old[site]})" for site in sites]
        if told:
            yield key, ", ".join(told)


def _running(key: str, standing: Standing) -> Counter[str]:
    found: Counter[str] = Counter()
    for choice, nodes in standing.items():
        if choice.pool == key:
            found[choice.site] += len(nodes)
    return found


def _subject(pool: PoolScene) -> Subject:
    metadata = pool.obj["metadata"]
    kind = GPUInferencePool.model_fields["kind"].default
    version = GPUInferencePool.model_fields["api_version"].default
    return Subject(version, kind, metadata["namespace"], metadata["name"], metadata.get("uid", ""))
