"""Nodes that run pods and are in no certain rack. A full server here draws 11 kW."""

from dataclasses import replace
from typing import Any

import pytest

from ampacity import names
from ampacity.core.placement import plan
from ampacity.core.site import Site
from ampacity.core.snapshot import Snapshot
from ampacity.translate.records import NodeRecord, PodRecord
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders.fleet import small_site
from tests.builders.kube import node, pod
from tests.builders.power import AIR, LIQUID, cooler, domain, kw, rack, site
from tests.builders.world import fence, hold, ledger, load_of, notes, profile, reserved, world

HALL = small_site(capacity="22kW")
FULL = [reserved(pod(f"r{number}", node="n1"), kw(1)) for number in range(8)]
WAITING = [pod(f"w{number:02}") for number in range(16)]


def seen(first: NodeRecord, *pods: PodRecord, hall: Site = HALL, **more: Any) -> Snapshot:
    """n1 in doubt and n2 in r2, which both hang on one PDU of 22 kW."""
    nodes = [first, node("n2", rack="r2"), node("n3", rack="r2")]
    return build_snapshot(world(*pods, *WAITING, nodes=nodes, sites=[hall], **more))


def draws(snapshot: Snapshot) -> int:
    return sum(load.power for load in snapshot.rack_loads("hall").values())


@pytest.mark.parametrize(
    "first",
    [
        node(rack="r1"),
        node(rack=""),
        node(site="", rack="r1"),
        node(site="", rack=""),
        node(rack="r9"),
        node(rack="r9", labels={names.RACK_POWER: "2OkW"}),
        node(rack="r9", labels={names.RACK_POWER: "20kW", names.RACK_COOLING: "Air"}),
        node(site="elsewhere", rack="r1"),
    ],
)
def test_a_full_node_that_loses_its_place_goes_on_counting(first: NodeRecord) -> None:
    snapshot = seen(first, *FULL)
    assert load_of(snapshot).power >= kw(11)
    assert len(plan(snapshot).grants) <= 22 - 11 - 2 * 3
    assert [view.admits for view in snapshot.nodes] == [first == node(rack="r1"), True, True]


def test_it_counts_in_the_rack_that_reservations_name_and_says_so() -> None:
    snapshot = seen(node(rack=""), *FULL)
    assert load_of(snapshot).power == kw(11)
    (note,) = notes(snapshot, "PlaceInDoubt")
    assert (note.name, note.rack) == ("n1", "r1") and "11 kW" in note.sentence


def test_promises_of_the_ledger_name_its_rack_too() -> None:
    waiting = pod("late")
    for entry in (fence(waiting), hold()):
        assert load_of(seen(node(rack=""), waiting, ledger=ledger(entry))).power == kw(11)


def test_what_was_promised_beyond_its_maximum_counts_where_labels_contradict() -> None:
    hall = replace(HALL, racks=(replace(HALL.racks[0], node_patterns=("n1",)), HALL.racks[1]))
    heavy = reserved(pod("a", node="n1", gpus=8), kw(20))
    snapshot = seen(node(rack="r2"), heavy, hall=hall)
    assert load_of(snapshot, "r1").power == kw(3 + 20)
    assert load_of(snapshot, "r2").power == kw(2 * 3 + 3 + 20)


def test_an_envelope_that_drops_a_rack_does_not_switch_it_off() -> None:
    dropped = replace(HALL, racks=HALL.racks[1:])
    assert len(plan(seen(node(rack="r1"), *FULL, hall=dropped)).grants) == 22 - 11 - 2 * 3


def test_a_site_grants_nothing_while_nobody_knows_what_a_running_node_hangs_on() -> None:
    dropped = replace(HALL, racks=HALL.racks[1:])
    snapshot = seen(node(rack=""), *FULL, hall=dropped)
    assert not snapshot.sites["hall"].admits and "node n1" in snapshot.sites["hall"].why_not
    decided = plan(snapshot)
    assert not decided.grants and "label the node ampacity.io/site=hall" in decided.refusals[0].sentence
    assert [note.name for note in notes(snapshot, "PlaceUnknown")] == ["n1"]


def test_pods_without_reservation_close_the_site_of_a_node_that_names_no_rack() -> None:
    assert not seen(node(rack=""), pod("own", node="n1")).sites["hall"].admits
    assert seen(node(rack="")).sites["hall"].admits
    assert seen(node(site="", rack=""), pod("own", node="n1")).sites["hall"].admits


def test_a_pod_that_asks_for_no_device_says_nothing_on_where_its_node_stands() -> None:
    forged = reserved(pod("c", node="n1", gpus=0), kw(1), rack="r9")
    snapshot = seen(node(site="", rack=""), forged)
    assert snapshot.sites["hall"].admits and draws(snapshot) == kw(2 * 3)


def test_a_missing_node_of_a_dropped_rack_closes_its_site() -> None:
    dropped = replace(HALL, racks=HALL.racks[1:])
    snapshot = build_snapshot(world(*FULL, nodes=[], sites=[dropped]))
    assert not snapshot.sites["hall"].admits
    assert "node n1, which has no Node object" in snapshot.sites["hall"].why_not


def test_a_rack_of_unclear_cooling_counts_all_heat_in_either_medium() -> None:
    hall = site([domain("pdu")], [], [cooler("cdu", medium=LIQUID), cooler("room", medium=AIR)])
    wet = profile(air_idle=kw(1), air_maximum=kw(3))
    snapshot = build_snapshot(world(nodes=[node(rack="q1")], sites=[hall], profiles=[wet]))
    load = load_of(snapshot, "q1")
    assert (load.power, load.air, load.liquid) == (kw(11), kw(11), kw(8))


def test_the_rack_of_the_envelope_stays_as_it_is_where_labels_are_wrong() -> None:
    hall = site([domain("pdu")], [rack("r1")])
    snapshot = build_snapshot(world(nodes=[node(labels={names.RACK_POWER: "17"})], sites=[hall]))
    assert snapshot.sites["hall"].rows.site is hall
    assert load_of(snapshot).power == kw(11) and not snapshot.nodes[0].admits
