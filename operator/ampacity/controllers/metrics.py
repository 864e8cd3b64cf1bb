"""Prometheus metrics of the operator process, with a bounded number of series.

Rows are exported for power domains, coolant loops and room air, at most
`ROWS_PER_SITE` a site, least headroom first. Racks are in the status of their
envelope and in `ampacity top`: a hall has thousands of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ampacity.core.plan import Reason
from ampacity.core.rows import RowKind, RowStatus

ROWS_PER_SITE = 500
_EXPORTED = frozenset({RowKind.DOMAIN, RowKind.LIQUID, RowKind.AIR})
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_ROW_GAUGES: tuple[tuple[str, str, Callable[[RowStatus], int]], ...] = (
    ("capacity", "Usable watts of a power domain, coolant loop or room air.", lambda row: row.capacity),
    ("reserved", "Watts reserved in normal operation.", lambda row: row.reserved),
    ("headroom", "Least headroom over normal operation and every single failure.", lambda row: row.headroom),
)


class Rows(Collector):
    """Row gauges, replaced as a whole each cycle: what no longer exists leaves no series behind."""

    def __init__(self) -> None:
        self._sites: Mapping[str, tuple[RowStatus, ...]] = {}

    def show(self, sites: Mapping[str, Iterable[RowStatus]]) -> None:
        """From now on, export these."""
        self._sites = {site: _tightest(rows) for site, rows in sites.items()}

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Three gauges a row, in watts."""
        for name, text, value in _ROW_GAUGES:
            family = GaugeMetricFamily(f"ampacity_row_{name}_watts", text, labels=["site", "kind", "name"])
            for site, rows in self._sites.items():
                for row in rows:
                    family.add_metric([site, row.kind.value, row.subject], value(row) / 1000)
            yield family


def _tightest(rows: Iterable[RowStatus]) -> tuple[RowStatus, ...]:
    exported = [row for row in rows if row.kind in _EXPORTED]
    return tuple(sorted(exported, key=lambda r: (r.headroom, r.kind, r.subject))[:ROWS_PER_SITE])


class Metrics:
    """All metrics of one process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.rows = Rows()
        self.registry.register(self.rows)
        self._describe_loop()
        self._describe_fleet()
        self.api_errors = Counter(
            "ampacity_api_errors", "Calls to the API server that failed.", ["verb", "code"],
            registry=self.registry,
        )  # fmt: skip
        self.leader = Gauge("ampacity_leader", "1 while this process leads.", registry=self.registry)
        self.watch_age = Gauge(
            "ampacity_watch_age_seconds", "Time since a watch last heard from the API server.", ["watch"],
            registry=self.registry,
        )  # fmt: skip

        self.undecodable = Gauge(
            "ampacity_undecodable_objects", "Objects that a watch could not read.", ["watch"],
            registry=self.registry,
        )  # fmt: skip

    def _describe_loop(self) -> None:
        self.cycles = Counter(
            "ampacity_cycles", "Placement cycles by result.", ["result"], registry=self.registry
        )
        self.cycle_seconds = Histogram(
            "ampacity_cycle_seconds", "Time of a placement cycle.", buckets=_SECONDS, registry=self.registry
        )
        self.step_seconds = Histogram(
            "ampacity_step_seconds", "Time of each step of a placement cycle.", ["step"],
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.distributions = Counter(
            "ampacity_distributions", "Decisions on where pools' replicas belong, by kind.", ["result"],
            registry=self.registry,
        )  # fmt: skip
        self.distribution_seconds = Histogram(
            "ampacity_distribution_seconds", "Time of such a decision.", buckets=_SECONDS,
            registry=self.registry,
        )  # fmt: skip
        self.grants = Counter(
            "ampacity_grants", "Grants by what came of them.", ["outcome"], registry=self.registry
        )
        self.evictions = Counter(
            "ampacity_evictions", "Evictions of pods that no scheduler bound, by what came of them.",
            ["outcome"], registry=self.registry,
        )  # fmt: skip

    def _describe_fleet(self) -> None:
        self.waiting = Gauge(
            "ampacity_waiting", "Pods and pool replicas that wait, by reason.", ["reason"],
            registry=self.registry,
        )  # fmt: skip
        self.demand = Gauge(
            "ampacity_demand_requests", "Requests/s of pools with demand: asked, served now, and unserved for"
            " want of a place.", ["namespace", "pool", "part"], registry=self.registry,
        )  # fmt: skip
        self.ledger = Gauge(
            "ampacity_ledger_entries", "Holds and fence entries.", ["kind"], registry=self.registry
        )
        self.adopted = Gauge(
            "ampacity_adopted_pods",
            "Bound GPU pods without a reservation; they count where they run.",
            registry=self.registry,
        )
        self.unbound = Gauge(
            "ampacity_unbound_pods",
            "Pods that nobody replaces, with a place, and left unbound for longer than the bind timeout.",
            registry=self.registry,
        )
        self.stale = Gauge(
            "ampacity_stale_regions",
            "Regions of pools for which demand is planned with that is not what is measured now.",
            registry=self.registry,
        )
        self.notes = Gauge(
            "ampacity_doubts", "Things counted on the safe side because they are in doubt.", ["reason"],
            registry=self.registry,
        )  # fmt: skip

    def count_error(self, verb: str, code: str) -> None:
        """Callback of the API client."""
        self.api_errors.labels(verb, code).inc()

    def show_waiting(self, counts: Mapping[Reason, int]) -> None:
        """Waiting by reason; every reason has a series, so that a panel shows zero and not a gap."""
        for reason in Reason:
            self.waiting.labels(reason.value).set(counts.get(reason, 0))

    def show_demand(self, pools: Iterable[tuple[str, str, Mapping[str, float]]]) -> None:
        """Requests/s by part, of each pool by namespace and name. What no longer exists leaves no series."""
        self.demand.clear()
        for namespace, pool, parts in pools:
            for part, requests in parts.items():
                self.demand.labels(namespace, pool, part).set(requests)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step of a cycle."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.step_seconds.labels(name).observe(time.perf_counter() - begun)

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)
