from dataclasses import replace
from typing import Any

import pytest

from ampacity.core.site import Edge, Rack, Site
from ampacity.translate.fleet.labelled_racks import LabelledRacks, with_labelled_racks
from ampacity.translate.records import NodeRecord
from tests.builders.kube import node
from tests.builders.power import AIR, cooler, domain, rack, site

WHOLE = 1_000_000


def hall(*racks: Rack) -> Site:
    feeds = [domain("grid"), domain("pdu-a", by=["grid"]), domain("pdu-b", by=["grid"])]
    cooling = [cooler("cdu-1"), cooler("cdu-2"), cooler("room", medium=AIR)]
    return site(feeds, racks, cooling)


def member(name: str = "n1", *, rack: str = "q1", where: str = "hall", **labels: str) -> NodeRecord:
    """A node with rack labels; `power="17kW"` is the label ampacity.io/rack-power, and so on."""
    keys = {"power": "rack-power", "cooling": "cooling", "loop": "cooling-loop"}
    ours = {f"ampacity.io/{keys[key]}": value for key, value in labels.items()}
    return node(name, labels={"ampacity.io/site": where, "ampacity.io/rack": rack} | ours)


def labelled(of: Site, *nodes: NodeRecord) -> LabelledRacks:
    return with_labelled_racks(of, nodes)


def test_a_rack_that_only_labels_tell_of() -> None:
    (new,) = labelled(hall(), member(power="17kW", cooling="air")).site.racks
    assert (new.name, new.limit, new.liquid) == ("q1", 17_000_000, ())
    # Nobody says which domain feeds it: each that feeds no other must be able to carry all of it.
    assert new.power == (Edge("pdu-a", WHOLE), Edge("pdu-b", WHOLE))
    assert new.air == (Edge("room", WHOLE),)


def test_a_liquid_rack_hangs_on_its_loop_and_on_the_air() -> None:
    (new,) = labelled(hall(), member(power="120kW", cooling="liquid", loop="cdu-2")).site.racks
    assert (new.liquid, new.air) == ((Edge("cdu-2", WHOLE),), (Edge("room", WHOLE),))
    (implied,) = labelled(hall(), member(power="120kW", loop="cdu-2")).site.racks
    assert implied.liquid == (Edge("cdu-2", WHOLE),)


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        ({}, "label its nodes ampacity.io/rack-power, for example 17kW"),
        ({"power": "17KW"}, "'17KW' is no power"),
        ({"power": "17kW", "cooling": "water"}, "label ampacity.io/cooling is 'water'; write air or liquid"),
        ({"power": "17kW", "cooling": "liquid"}, "names none; name one of the site's loops: cdu-[1-2]"),
        ({"power": "17kW", "loop": "cdu-9"}, "names cdu-9"),
        ({"power": "17kW", "loop": "room"}, "names room"),
    ],
)
def test_labels_that_describe_no_rack_admit_nothing_and_may_hang_on_all(
    labels: dict[str, Any], why: str
) -> None:
    given = hall(rack("r1", by=["pdu-a"]))
    found = labelled(given, member("n1", **labels), member("n2", **labels))
    (somewhere,) = found.unclear
    assert found.site is given and found.charged.racks == (*given.racks, somewhere)
    assert (somewhere.name, somewhere.limit) == ("q1", None)
    assert somewhere.power == (Edge("pdu-a", WHOLE), Edge("pdu-b", WHOLE))
    assert somewhere.liquid == (Edge("cdu-1", WHOLE), Edge("cdu-2", WHOLE))
    assert somewhere.air == (Edge("room", WHOLE),)
    assert set(found.refused) == {"n1", "n2"} and why in found.refused["n1"]


def test_the_lower_power_counts() -> None:
    found = labelled(hall(), member("n1", power="17kW"), member("n2", power="15kW"), member("n3"))
    assert found.site.racks[0].limit == 15_000_000
    (note,) = found.notes
    assert "rack q1: its nodes state powers from 15 kW to 17 kW" in note and note.endswith(
        "the lowest counts"
    )


def test_a_rack_whose_nodes_disagree_on_cooling_is_not_relied_on() -> None:
    nodes = [
        member("n1", power="17kW", cooling="air"),
        member("n2", power="17kW", cooling="liquid", loop="cdu-1"),
    ]
    assert labelled(hall(), *nodes).site.racks[0].liquid == ()


def test_labels_may_lower_a_listed_rack_but_never_raise_it() -> None:
    given = hall(replace(rack("r1", by=["pdu-a"]), limit=20_000_000))
    lowered = labelled(given, member(rack="r1", power="17kW"))
    assert lowered.site.racks[0].limit == 17_000_000
    assert lowered.notes[0].endswith("label ampacity.io/rack-power says 17 kW; the lower counts")
    raised = labelled(given, member(rack="r1", power="40kW"))
    assert raised.site.racks[0].limit == 20_000_000 and raised.notes


def test_a_listed_rack_without_a_limit_takes_the_labelled_one() -> None:
    found = labelled(hall(rack("r1", by=["pdu-a"])), member(rack="r1", power="17kW"))
    assert found.site.racks[0].limit == 17_000_000 and not found.notes


def test_the_envelope_wins_on_cooling_and_says_so() -> None:
    given = hall(
        rack("r1", by=["pdu-a"], loop=["cdu-1"], air=["room"]), rack("r2", by=["pdu-a"], air=["room"])
    )
    found = labelled(given, member("n1", rack="r1", loop="cdu-2"), member("n2", rack="r2", cooling="liquid"))
    assert found.site is given
    assert [note.partition(":")[0] for note in found.notes] == ["rack r1", "rack r2"]
    assert all(note.endswith("the envelope counts") for note in found.notes)


def test_nothing_to_add_leaves_the_very_same_site() -> None:
    given = hall(rack("r1", by=["pdu-a"], air=["room"]))
    agreeing = member(rack="r1", cooling="air")
    elsewhere = member("n2", rack="q9", where="other", power="17kW")
    bare = node("n3", rack="")
    found = labelled(given, agreeing, elsewhere, bare)
    assert found == LabelledRacks(given) and found.site is given


def test_the_order_of_nodes_makes_no_difference() -> None:
    nodes = [member(f"n{n}", rack=f"q{n % 3}", power="17kW") for n in range(7)]
    assert labelled(hall(), *nodes) == labelled(hall(), *reversed(nodes))
