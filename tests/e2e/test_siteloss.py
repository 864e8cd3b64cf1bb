"""An edge site loses half of its power, then dies, then returns; others step in, the weights of routes lead
away from it and back to it, and all come to rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from ampacity.audit.recorder import Recorder
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import gateways, objects, steered
from tests.e2e.demand import CENTRAL, Demand, make_sites, pool, power, serving_at
from tests.e2e.situations import edit, trouble
from tests.e2e.watcher import Watcher
from tests.tables import Show

REGIONS = ("north", "south")
LOST, OTHER = REGIONS
DEMAND: Demand = {LOST: 6, OTHER: 4}
EVERYTHING = sum(DEMAND.values())
LOSS_AFTER_S = 6.0
REST_S = 6.0
"""For how long nothing may move once all is served again."""

LOOP_S = 5.0
"""What weights may take to follow what is ready, on a busy machine."""


@pytest.fixture
def quick(stage: LocalCluster, recorder: Recorder) -> Iterator[OperatorProcess]:
    """An operator that gives a silent site up soon."""
    settings = {"AMPACITY_SITE_LOSS_AFTER": str(LOSS_AFTER_S)}
    with OperatorProcess(stage, "operator-siteloss", settings) as process:
        yield process


class Story:
    """What happens, and how long it takes. `begun`: when what was waited for last began."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self.lines: list[str] = []
        self.started = 0
        self.begun = 0.0

    def after(self, what: str, holds: Callable[[dict[str, int]], bool]) -> float:
        """Wait for it, note the time it took and the moves; then nothing moves any more."""
        begun, moves = time.monotonic(), self._watcher.started
        self.begun = begun
        while not holds(self.ready):
            assert time.monotonic() - begun < 40, (what, self.ready, self.lines)
            time.sleep(0.2)
        took, started = time.monotonic() - begun, self._watcher.started - moves
        time.sleep(REST_S)
        more = self._watcher.started - moves - started
        self.lines.append(f"{what}: {took:.1f} s, {started} replicas started, then {more}; {self.ready}")
        self.started += started
        assert more == 0, self.lines
        return took

    def weights(self, used: bool) -> float:
        """Seconds since `begun` until routes led to the site, or away from it, for good."""
        moments = self._watcher.since(self.begun)
        other = [one.at for one in moments if (steered.share(one, "chat", LOST) > 0) is not used]
        after = next(one.at for one in moments if one.at > max(other, default=0.0))
        took = after - self.begun
        self.lines.append(f"    weights {'led to' if used else 'had left'} it after {took:.1f} s")
        return took

    @property
    def ready(self) -> dict[str, int]:
        """Ready replicas by site."""
        return self._watcher.last.ready.get("chat", {}) if self._watcher.moments else {}


def test_siteloss(stage: LocalCluster, quick: OperatorProcess, namespace: str, show: Show) -> None:
    make_sites(stage, REGIONS, nodes=1, central=2)
    (node,) = [name for name in stage.api.names("/api/v1/nodes") if LOST in name]
    path = f"{objects.GROUP_PATH}/namespaces/{namespace}/gpuinferencepools"
    made = pool("chat", DEMAND)
    made["spec"]["serving"] = serving_at(REGIONS)
    stage.api.post(path, made)
    with gateways.installed(stage), Watcher(stage.api, namespace, {"chat": DEMAND}, routed=True) as watcher:
        story = Story(watcher)
        story.after("served at the edge", lambda ready: ready == {LOST: 6, OTHER: 4})
        _halve(stage)
        story.after("half of the power", lambda ready: _at(ready, LOST) <= 3 and sum(ready.values()) >= 10)
        quick.stop()
        quick.start()
        quick.wait_ready()
        story.after("another leader", lambda ready: sum(ready.values()) == EVERYTHING)
        trouble(stage, node, "NotReady")
        took = story.after("dead", lambda ready: not _at(ready, LOST) and _at(ready, CENTRAL) >= 6)
        assert took >= LOSS_AFTER_S - 1
        assert story.weights(used=False) <= LOOP_S
        trouble(stage, node, None)
        story.after("back", lambda ready: _at(ready, LOST) == 3 and sum(ready.values()) == EVERYTHING)
        assert story.weights(used=True) <= LOSS_AFTER_S / 6 + LOOP_S
        seen = watcher.moments
    show("\n".join(story.lines))
    assert story.started == EVERYTHING + DEMAND[LOST], "each that was lost was replaced once"
    assert steered.outside(seen) == []
    assert steered.into_the_void(seen) <= LOOP_S
    assert steered.crowded(seen) <= LOOP_S


def _halve(cluster: LocalCluster) -> None:
    """What is left carries three busy GPUs."""
    feeds = [{"name": "feed-{f}", "type": "Feed", "capacity": f"{power(1, 3)}kW", "failureDomain": True}]
    edit(cluster, LOST, domains=feeds)


def _at(ready: dict[str, int], site: str) -> int:
    return ready.get(site, 0)
