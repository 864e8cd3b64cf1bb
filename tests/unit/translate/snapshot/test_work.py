"""Of which class of work what is on a node is: pods, announced grants, holds, and machines without a node."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ampacity import names
from ampacity.core.ledger import Ledger
from ampacity.core.workload import Workload
from ampacity.translate.ledger.codec import decode_ledger, encode_ledger
from ampacity.translate.pods.gpus import GpuCounter
from ampacity.translate.pods.salvage import salvaged_pod
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders.kube import GPU, node, pod, pod_json
from tests.builders.power import kw
from tests.builders.world import fence, hold, ledger, reserved, view, world


def of(kind: str) -> dict[str, str]:
    return {names.WORKLOAD: kind}


def test_pods_count_by_their_label_and_without_one_as_inference() -> None:
    pods = [pod("a", node="n1"), pod("b", node="n1", gpus=2, labels=of("training")),
            pod("c", node="n1", labels=of("trianing")), pod("d", node="n1", gpus=0)]
    assert view(world(*pods)).work == ((None, 1), (Workload.INFERENCE, 1), (Workload.TRAINING, 2))


def test_grants_under_way_and_holds_count_by_what_the_ledger_says() -> None:
    training = replace(fence(pod("a", labels=of("training"))), workload=Workload.TRAINING)
    held = replace(hold(), workload=Workload.BATCH)
    seen = view(world(ledger=ledger(training, held, hold("1.1.1"))))
    assert seen.work == ((None, 1), (Workload.BATCH, 1), (Workload.TRAINING, 1))


def test_a_pod_whose_draw_nobody_knows_is_there_without_units() -> None:
    claims = pod("a", node="n1", gpus=0, labels=of("batch"), resourceClaims=[{"name": "gpu"}])
    assert view(world(claims)).work == ((Workload.BATCH, 0),)


def test_a_machine_without_a_node_counts_in_full_for_the_classes_on_it() -> None:
    ghost = reserved(pod("a", node="gone", labels=of("training")), kw(1), node="gone")
    site = build_snapshot(world(ghost)).sites["hall"]
    assert site.unseen == ((Workload.TRAINING, kw(11)),)


def test_a_node_in_no_rack_counts_in_full_for_the_classes_on_it() -> None:
    lost = node(rack=None)
    stray = reserved(pod("a", node="n1", labels=of("batch")), kw(1))
    site = build_snapshot(world(stray, nodes=[lost])).sites["hall"]
    assert site.unseen == ((Workload.BATCH, kw(11)),)


@pytest.mark.parametrize("kind", [*Workload, None])
def test_the_ledger_keeps_the_class(kind: Workload | None) -> None:
    entries = Ledger(1, 1, "me", (replace(fence(pod()), workload=kind),), (replace(hold(), workload=kind),))
    assert decode_ledger(encode_ledger(entries)) == entries


def test_a_class_of_a_later_version_is_one_that_nobody_can_tell() -> None:
    entries = Ledger(1, 1, "me", holds=(replace(hold(), workload=Workload.BATCH),))
    text = encode_ledger(entries).replace('"batch"', '"dreaming"')
    assert decode_ledger(text).holds[0].workload is None


def test_of_a_pod_that_cannot_be_read_only_a_label_tells_the_class() -> None:
    for labels, kind in ({}, None), (of("training"), Workload.TRAINING), (of("trianing"), None):
        broken = pod_json("a", node="n1", labels=labels)
        found = salvaged_pod(broken, GpuCounter([GPU]), ValueError("unreadable"))
        assert found is not None and found.shape.workload is kind
