"""How long nobody grants when the leader dies, and when it stops in good order.

Two operators with the chart's settings on one control plane. In each round the leader ends in the middle of a
burst; time runs from that moment until a pod that is created then, and goes before the burst, has its place.
Another standby is ready before the next round.
"""

from __future__ import annotations

from collections.abc import Callable

from hack.local import LocalCluster
from hack.operator_process import OperatorProcess
from tests.benchmarks.controlplane.hall import GATE, NAMESPACE, Hall
from tests.benchmarks.measure import Measurement
from tests.faults.pair import Pair, seconds_until_granted

CRASH_LIMIT, STOP_LIMIT = 15.0, 2.0
_QUICK = {"AMPACITY_LEASE_DURATION": "3"}

_crash, _stop = OperatorProcess.kill, OperatorProcess.ask_to_stop


def run(quick: bool) -> list[Measurement]:
    """All figures, the worst of the rounds each; `quick` has one round, a short lease and few nodes."""
    nodes, burst, rounds = (16, 10, 1) if quick else (1_000, 300, 5)
    with LocalCluster(pods="fast", bench=True) as cluster:
        hall = Hall(cluster, nodes)
        with Pair(cluster, _QUICK if quick else None) as pair:
            crashes = [_once(hall, pair, f"crash-{i}", burst, _crash) for i in range(rounds)]
            stops = [_once(hall, pair, f"stop-{i}", burst, _stop) for i in range(rounds)]
    what = f"{nodes:,} nodes, worst of {rounds}"
    return [
        Measurement(f"takeover: after a crash, {what}", max(crashes), "s", limit=CRASH_LIMIT),
        Measurement(f"takeover: after a clean stop, {what}", max(stops), "s", limit=STOP_LIMIT),
    ]


def _once(hall: Hall, pair: Pair, name: str, burst: int, how: Callable[[OperatorProcess], None]) -> float:
    hall.empty()
    pair.complete()
    hall.create(GATE, [f"{name}-{i}" for i in range(burst)])
    ended = pair.end(how)
    seconds = seconds_until_granted(hall.cluster, NAMESPACE, name)
    if how is _stop:
        ended.wait_stopped()
    return seconds
