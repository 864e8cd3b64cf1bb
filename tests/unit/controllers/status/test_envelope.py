"""What an envelope says of itself."""

from __future__ import annotations

from typing import Any

from ampacity.apis.envelope_status import MAX_DOMAINS, MAX_RACKS
from ampacity.controllers.status.envelope import EnvelopeView, envelope_status
from ampacity.core.load import Load
from ampacity.core.rows import build
from ampacity.core.site import Declared, Edge, Problem, Site
from ampacity.core.snapshot import Note
from tests.builders.power import air_load, domain, hall, kw, rack, site

PROBLEM = Problem("spec.domains[0].capacity", "'13OkW' is no power", "write 130kW")


def two_feeds(**more: Any) -> Site:
    """Two feeds of 50 kW with a rack on both: together 100 kW, after a failure 50."""
    feeds = [domain(f"feed-{f}", "50kW", "Feed", fails=True, **more) for f in "ab"]
    return site(feeds, [rack("r1", by=["feed-a", "feed-b"]), rack("single", by=["feed-a"])])


def shown(of: Site | None = None, loads: dict[str, Load] | None = None, **view: Any) -> dict[str, Any]:
    rows = build(of or two_feeds(), {})
    defaults: dict[str, Any] = {"generation": 2, "accepted": 2, "rows": rows, "loads": loads or {}}
    return envelope_status(EnvelopeView(**{**defaults, **view}))[0].to_dict()


def conditions(status: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {c["type"]: c for c in status["conditions"]}


def test_each_domain_shows_what_is_left_in_its_worst_failure() -> None:
    status = shown(loads={"r1": air_load(kw(30))})
    feed = next(d for d in status["domains"] if d["name"] == "feed-b")
    assert feed == {
        "name": "feed-b", "type": "Feed", "capacity": "50 kW", "reserved": "16.5 kW", "headroom": "20 kW",
        "worstFailure": "feed-a", "worstReserved": "30 kW",
    }  # fmt: skip


def test_the_site_is_summed_up_at_its_sources() -> None:
    status = shown(loads={"r1": air_load(kw(30))})
    assert status["power"] == {"capacity": "100 kW", "reserved": "33 kW", "headroom": "20 kW"}


def test_the_limit_that_binds_is_a_sentence() -> None:
    binding = shown(loads={"r1": air_load(kw(30))})["binding"]
    assert binding["failure"] in ("feed-a", "feed-b")
    assert binding["message"].endswith(f"has 20 kW left if feed {binding['failure']} fails")


def test_what_a_failure_kills_is_listed() -> None:
    (failure,) = shown()["failures"]
    assert failure["name"] == "feed-a" and failure["lost"] == {"count": 1, "names": "single"}


def test_a_limit_below_its_load_is_overloaded_by_so_much() -> None:
    status = shown(loads={"r1": air_load(kw(60))})
    message = conditions(status)["Overloaded"]["message"]
    assert "is over by 10 kW if feed feed-" in message
    assert "nothing new is admitted" in message
    assert "Overloaded" not in conditions(shown())


def test_a_declared_failure_loses_redundancy() -> None:
    broken = site(
        [domain("feed-a", "50kW", "Feed"), domain("feed-b", "50kW", "Feed", state=Declared.FAILED)],
        [rack("r1", by=["feed-a", "feed-b"])],
    )
    message = conditions(shown(broken))["RedundancyLost"]["message"]
    assert message == "Feed feed-b is declared Failed; only this state has to hold"


def test_a_refused_edit_leaves_the_last_good_one_ready_and_says_what_to_write() -> None:
    found = conditions(shown(generation=3, accepted=2, problems=(PROBLEM,)))
    assert (found["Ready"]["status"], found["Ready"]["reason"]) == ("True", "LastGoodInForce")
    assert (found["Stalled"]["status"], found["Stalled"]["reason"]) == ("True", "InvalidSpec")
    assert found["Stalled"]["message"] == str(PROBLEM)
    assert found["Stalled"]["observedGeneration"] == 3


def test_an_envelope_that_was_never_good_is_not_ready() -> None:
    status = shown(accepted=None, problems=(PROBLEM,), rows=None)
    assert conditions(status)["Ready"]["status"] == "False"
    assert "acceptedGeneration" not in status and status["observedGeneration"] == 2


def test_doubts_are_conditions_by_reason() -> None:
    notes = tuple(Note("Node", f"n{i}", "UnknownHardware", f"counted at {i} kW") for i in range(7))
    message = conditions(shown(notes=notes))["UnknownHardware"]["message"]
    assert message.startswith("node n0: counted at 0 kW; ") and message.endswith("; and 2 more")
    labels = (Note("Rack", "", "RackLabels", "labels say 9 kW, the envelope 7 kW", "hall"),)
    assert conditions(shown(notes=labels))["Contradiction"]["message"].startswith("labels say 9 kW")


def test_things_in_the_same_doubt_share_one_sentence() -> None:
    notes = tuple(Note("Node", f"n{i}", "NoRack", "it belongs to no rack") for i in (*range(7), 3))
    message = conditions(shown(notes=notes))["NodesWithoutRack"]["message"]
    assert message == "nodes n[0-6]: it belongs to no rack"


def test_a_site_that_grants_nothing_says_why_and_stays_ready() -> None:
    found = conditions(shown(closed="node n1 is in none of its racks"))
    assert found["NotAdmitting"]["message"] == "node n1 is in none of its racks"
    assert found["Ready"]["status"] == "True"
    assert found["Ready"]["message"].endswith("but it grants nothing (see NotAdmitting)")
    assert "NotAdmitting" not in conditions(shown())


def test_an_overloaded_site_is_ready_and_points_at_the_overload() -> None:
    ready = conditions(shown(loads={"r1": air_load(kw(60))}))["Ready"]
    assert (ready["status"], ready["reason"]) == ("True", "InForce")
    assert ready["message"] == "generation 2 is in force, but a limit is below its load (see Overloaded)"


def with_standby(**meter: Any) -> Site:
    """A meter of 120 kW and a generator of 105 kW that takes over only without it."""
    sources = [domain("meter", "120kW", "Meter", **meter), domain("gen", "105kW", "Generator")]
    panel = domain("panel", "100kW", by=[Edge("meter", 1_000_000), Edge("gen", 0)])
    return site([*sources, panel], [rack("r1", by=["panel"])])


def test_a_standby_source_counts_once_it_has_taken_over() -> None:
    loads = {"r1": air_load(kw(30))}
    assert shown(with_standby(), loads)["power"] == {
        "capacity": "120 kW", "reserved": "30 kW", "headroom": "70 kW",
    }  # fmt: skip
    assert shown(with_standby(state=Declared.FAILED), loads)["power"]["capacity"] == "105 kW"


def test_the_headroom_of_the_site_is_that_of_the_limit_that_binds() -> None:
    status = shown(site([domain("pdu", "50kW")], [rack("r1", by=["pdu"], limit=kw(20))]))
    assert status["power"]["headroom"] == status["binding"]["headroom"] == "20 kW"


def test_a_large_hall_stays_small() -> None:
    large = hall()
    status = shown(large, occupied=frozenset(rack.name for rack in large.racks))
    assert len(status["domains"]) == min(MAX_DOMAINS, 182)
    assert len(status["racks"]["leastHeadroom"]) == MAX_RACKS
    assert status["racks"]["total"] == 1250
    assert len(str(status)) < 100_000
