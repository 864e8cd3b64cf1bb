"""What the status of a pool says whose sites distribution decides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ampacity.controllers.status.following import Following
from ampacity.controllers.status.pool import PoolView, SitePlaces, pool_status
from ampacity.controllers.status.undecided import until_decided
from ampacity.core.distribution.answer import Share, Short, SiteCause, Unserved
from ampacity.core.distribution.model import Demand
from ampacity.core.distribution.targets import Targets
from ampacity.core.site import Problem
from ampacity.translate.serving.origins import Split

PARIS = Demand("paris", 20.0, 1, 100)
TARGETS = Targets(
    {("paris", "h200"): 2, ("central", "h200"): 2},
    {"h200": 1.0},
    4.0,
    {"paris": (Share("paris", 0.5), Share("central", 0.5))},
)
SPLIT = Split({"paris": 500, "central": 500}, ("paris", "central", "far"))
SHORT = Unserved(
    "ai/chat",
    "paris",
    5.0,
    0.25,
    SiteCause("paris", Short.SLOTS, "all taken"),
    "paris: 5 requests/s not served",
)


def following(*, ready: dict[str, int] | None = None, **more: Any) -> Following:
    counts = {"paris": 2, "central": 2} if ready is None else ready
    targets = replace(TARGETS, **more)
    return Following(targets, counts, {"paris": SPLIT}.__getitem__, (PARIS,))


def view(of: Following, **placed: int) -> PoolView:
    counts = placed or {"paris": 2, "central": 2}
    places = tuple(SitePlaces(site, count, of.ready.get(site, 0)) for site, count in counts.items())
    return PoolView("chat", 3, of.wanted, places, following=of)


def told(of: PoolView) -> dict[str, tuple[str, str, str]]:
    return {one.type: (one.status, one.reason, one.message) for one in pool_status(of).conditions}


def test_a_site_that_was_given_up_says_so_where_the_pool_still_has_something() -> None:
    closed = {"central": "none of its nodes has answered for 60 s", "far": "it is lost"}
    sites = {one.site: one for one in pool_status(replace(view(following()), closed=closed)).sites}
    assert (sites["central"].reason, sites["central"].message) == ("SiteClosed", closed["central"])
    assert sites["paris"].reason is None and "far" not in sites


def test_all_is_served() -> None:
    status = pool_status(view(following()))
    (region,) = status.regions
    assert (region.requests_per_second, region.served, region.unserved) == (20, 20, 0)
    assert {one.site: one.target for one in status.sites} == {"paris": 2, "central": 2}
    assert [(one.site, one.weight) for one in status.steering[0].sites] == [
        ("paris", 500),
        ("central", 500),
        ("far", 0),
    ]
    assert told(view(following()))["DemandMet"][:2] == ("True", "Served")
    assert told(view(following()))["Ready"][:2] == ("True", "AllReady")


def test_what_is_not_ready_serves_nobody() -> None:
    starting = view(following(ready={"paris": 1, "central": 2}))
    assert pool_status(starting).regions[0].served == 15.2, "one replica alone takes 5 % more"
    status, reason, message = told(starting)["DemandMet"]
    assert (status, reason) == ("False", "Starting")
    assert message == "replicas have places and are not ready yet; paris is served 15.2 of 20 requests/s"


def test_what_serves_elsewhere_meanwhile_counts_where_it_may_serve() -> None:
    for site, served in (("far", 15.0), ("away", 10.0)):
        moving = view(following(ready={"paris": 2, site: 1}), paris=2, **{site: 1})
        assert pool_status(moving).regions[0].served == served


def test_what_has_no_place_is_told_with_its_cause() -> None:
    short = view(following(unserved=(SHORT,), work=16 / 3))
    (region,) = pool_status(short).regions
    assert (region.unserved, region.reason, region.served) == (5, "NoSlots", 15)
    assert told(short)["DemandMet"] == ("False", "NoSlots", "paris: 5 requests/s not served")


def test_replicas_that_are_counted_and_have_no_place_are_told_like_that() -> None:
    one = replace(SHORT, region="", sentence="1 of 5 replicas wait; paris: all taken")
    counted = replace(view(replace(following(unserved=(one,)), demand=())), desired=5)
    assert told(counted)["Waiting"] == ("True", "NoSlots", "1 of 5 replicas wait; paris: all taken")
    assert "DemandMet" not in told(counted)


def test_a_pool_on_the_move_is_ready_and_says_where_it_goes() -> None:
    moving = view(following(ready={"paris": 4}), paris=4)
    status, reason, message = told(moving)["Ready"]
    assert (status, reason) == ("True", "Moving")
    assert message == (
        "4 of 4 replicas are ready; central has 0, 2 belong there; paris has 4, 2 belong there"
    )
    assert told(moving)["Reconciling"][:2] == ("True", "Moving")


def test_nothing_is_said_before_the_first_decision() -> None:
    new = view(Following(None, {"paris": 1}, demand=(PARIS,)), paris=1)
    assert told(new)["Ready"][:2] == ("False", "Deciding")
    assert pool_status(new).regions == [] and "DemandMet" not in told(new)


def test_until_a_new_leader_has_decided_the_status_is_that_of_the_one_before() -> None:
    before = pool_status(view(following())).to_dict()
    new = pool_status(view(Following(None, {"paris": 1}, demand=(PARIS,)), paris=1)).to_dict()
    kept = until_decided(new, before)
    conditions = {one["type"]: one for one in kept["conditions"]}
    assert (kept["steering"], kept["regions"]) == (before["steering"], before["regions"])
    assert (kept["desired"], kept["readyReplicas"]) == (4, 1)
    assert conditions["Ready"]["status"] == conditions["DemandMet"]["status"] == "True"
    assert (conditions["Reconciling"]["status"], conditions["Reconciling"]["reason"]) == ("True", "Deciding")
    assert until_decided(kept, kept) == kept and until_decided(new, kept) == kept
    assert until_decided(before, new) == before


def test_what_was_said_of_another_spec_does_not_stay() -> None:
    before = pool_status(replace(view(following()), generation=2)).to_dict()
    new = pool_status(view(Following(None, {"paris": 1}, demand=(PARIS,)), paris=1)).to_dict()
    assert until_decided(new, before) == new == until_decided(new, {}) == until_decided(new, new)


def test_a_pool_that_cannot_be_decided_says_what_to_correct() -> None:
    problem = Problem("spec.demand.regions[0].region", "parris is not known", "did you mean paris?")
    kept = following(problems=(problem,))
    refused = told(replace(view(kept), problems=(problem,)))
    assert refused["Stalled"][:2] == ("True", "InvalidSpec") and "DemandMet" not in refused


def test_spread_that_is_not_to_be_had_now_is_told() -> None:
    assert told(view(following(note="it asks for 3 sites")))["DemandMet"][2].endswith("; it asks for 3 sites")
