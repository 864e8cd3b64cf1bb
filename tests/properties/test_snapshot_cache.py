"""What is kept between snapshots never shows: with cache and index, or from nothing, they are equal.

And whatever happens to pods and nodes, a rack is never charged less than the machines in it may draw.
"""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity import names
from ampacity.core.snapshot import Snapshot
from ampacity.translate.records import NodeRecord, PodRecord, World
from ampacity.translate.snapshot.build import SnapshotCache, build_snapshot
from ampacity.translate.snapshot.usage import PodIndex
from tests.builders.kube import node, pod
from tests.builders.power import kw
from tests.builders.world import fence, hold, ledger, load_of, pool, profile, reserved, world

NODES = st.builds(
    lambda number, rack, product, ready, cordoned, labels: node(
        f"n{number}", rack=rack, product=product, ready=ready, unschedulable=cordoned, labels=labels
    ),
    st.integers(1, 4),
    st.sampled_from(["r1", "r1", "r2", "r9", ""]),
    st.sampled_from(["h200", "h200", "b200", "x1"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([{}, {names.RACK_POWER: "30kW"}, {"zone": "a"}]),
)


def some_pod(number: int, gpus: int, where: str, promised: int, terminating: bool) -> PodRecord:
    name, labels = f"p{number}", {names.POOL: "chat"} if number % 2 else {}
    if where == "waiting":
        record = pod(name, gpus=gpus, labels=labels)
    elif where == "granted":
        record = reserved(pod(name, gpus=gpus, gated=False, labels=labels), promised, node="n1")
    else:
        record = pod(name, gpus=gpus, node=where, labels=labels)
    return replace(record, terminating=terminating)


PODS = st.builds(
    some_pod,
    st.integers(0, 7),
    st.integers(0, 3),
    st.sampled_from(["waiting", "granted", "n1", "n2", "gone"]),
    st.sampled_from([kw(1), kw(5)]),
    st.booleans(),
)
STEPS = st.lists(
    st.tuples(st.lists(PODS, max_size=3), st.lists(NODES, max_size=2), st.integers(0, 4), st.booleans()),
    min_size=1, max_size=6,
)  # fmt: skip


def same(left: Snapshot, right: Snapshot) -> None:
    assert left.nodes == right.nodes
    assert left.waiters == right.waiters
    assert left.residents == right.residents
    assert left.notes == right.notes
    for name in left.sites.keys() | right.sites.keys():
        assert left.sites[name].unlisted == right.sites[name].unlisted
        assert left.sites[name].rows.rows == right.sites[name].rows.rows
        assert np.array_equal(left.sites[name].rows.capacity, right.sites[name].rows.capacity)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_what_is_kept_never_shows(steps) -> None:  # type: ignore[no-untyped-def]
    cache, index = SnapshotCache(), PodIndex()
    pods: dict[str, PodRecord] = {}
    nodes: dict[str, NodeRecord] = {}
    fixed = world(profiles=[profile(), profile("b200", maximum=kw(14))])
    for new_pods, new_nodes, replicas, held in steps:
        for record in new_pods:
            pods[record.uid] = record
            index.put(record)
        if pods and held:
            index.drop(pods.pop(min(pods)).uid)
        nodes |= {record.name: record for record in new_nodes}
        now = moment(fixed, pods, nodes, replicas, held)
        same(build_snapshot(replace(now, pods=()), cache=cache, index=index), build_snapshot(now))


def moment(
    fixed: World, pods: dict[str, PodRecord], nodes: dict[str, NodeRecord], replicas: int, held: bool
) -> World:
    gated = [record for record in pods.values() if record.waiting]
    entries = [*(fence(record) for record in gated[:1]), *([hold()] if held else [])]
    return replace(
        fixed,
        pods=tuple(pods[uid] for uid in sorted(pods)),
        nodes=tuple(nodes.values()),
        pools=(pool(replicas=replicas),),
        ledger=ledger(*entries),
    )


@settings(max_examples=100, deadline=None)
@given(st.lists(PODS, max_size=8), st.booleans())
def test_a_rack_is_never_charged_less_than_its_pods_may_draw(pods: list[PodRecord], ready: bool) -> None:
    latest = {record.uid: record for record in pods}
    snapshot = build_snapshot(world(*latest.values(), nodes=[node(ready=ready)]))
    here = [record for record in latest.values() if record.node == "n1"]
    busy = min(8, sum(record.shape.gpu_units for record in here))
    promised = sum(record.reservation.load.power for record in here if record.reservation)
    charged = load_of(snapshot).power
    assert charged >= kw(3) + kw(1) * busy
    assert charged >= kw(3) + promised
    assert ready or charged >= kw(11)
