"""What an envelope says of itself."""

from __future__ import annotations

from typing import Any

from ampacity.apis.envelope_status import MAX_DOMAINS, MAX_RACKS
from ampacity.controllers.status.envelope import EnvelopeView, envelope_status
from ampacity.core.load import Load
from ampacity.core.rows import build
from ampacity.core.site import Declared, Problem, Site
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
    notes = tuple(Note("Node", f"n{i}", "UnknownHardware", "counted at 10 kW") for i in range(7))
    message = conditions(shown(notes=notes))["UnknownHardware"]["message"]
    assert message.startswith("node n0: counted at 10 kW; ") and message.endswith("; and 2 more")
    labels = (Note("Rack", "", "RackLabels", "labels say 9 kW, the envelope 7 kW", "hall"),)
    assert conditions(shown(notes=labels))["Contradiction"]["message"].startswith("labels say 9 kW")


def test_a_large_hall_stays_small() -> None:
    large = hall()
    status = shown(large, occupied=frozenset(rack.name for rack in large.racks))
    assert len(status["domains"]) == min(MAX_DOMAINS, 182)
    assert len(status["racks"]["leastHeadroom"]) == MAX_RACKS
    assert status["racks"]["total"] == 1250
    assert len(str(status)) < 100_000
