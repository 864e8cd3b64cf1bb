"""What a placement cycle works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ampacity.cluster.eviction import Evictor
from ampacity.cluster.executor import Executor
from ampacity.controllers.caches import Caches
from ampacity.controllers.distribution.distributor import Distributor
from ampacity.controllers.ledger_keeper import LedgerKeeper
from ampacity.controllers.metrics import Metrics
from ampacity.controllers.pools.apply import DeploymentWriter
from ampacity.controllers.report import CycleReport
from ampacity.controllers.revisions import RevisionStore
from ampacity.controllers.serving.serving import Serving
from ampacity.controllers.unadmitted import Unadmitted
from ampacity.controllers.unbound import Unbound


@dataclass(frozen=True, slots=True)
class Tools:
    """One of each; `report` takes what people are to be told, `wake` asks for another cycle."""

    caches: Caches
    keeper: LedgerKeeper
    revisions: RevisionStore
    executor: Executor
    unbound: Unbound
    unadmitted: Unadmitted
    evictor: Evictor
    deployments: DeploymentWriter
    serving: Serving
    distributor: Distributor
    metrics: Metrics
    report: Callable[[CycleReport], None]
    wake: Callable[[], None]
