"""From a world to the question: rooms, regions, replicas that stand, and problems by the user's fields."""


import pytest

from ampacity.core.distribution.model import Choice, Pool, Rtt
from ampacity.core.placement import plan
from ampacity.translate.distribution import task_of
from ampacity.translate.pools.wish import ANY
from ampacity.translate.records import World
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders import resources
from tests.builders.asked import LULEA, PARIS, ask, namespace, pool, region, running, site, targets, world


def asked(found: World, name: str = "default/chat") -> Pool:
    return next(one for one in ask(found)[0].task.pools if one.name == name)


def test_sites_are_told_with_all_that_envelopes_say() -> None:
    rich = site("rich", location={"country": "DE", "region": "bavaria"}, uplink={"gigabitsPerSecond": 10})
    question, _ = ask(world([rich, site("lost", state="Lost")], [pool("chat", region("rich"))]))
    lost, told = question.task.sites
    assert (told.name, told.tier, told.areas) == ("rich", "Edge", frozenset({"DE", "DE/bavaria"}))
    assert (told.uplink, told.closed) == (1.25e9, "")
    assert [berth.slots for berth in told.berths] == [8]
    assert lost.closed == "its envelope says that it is Lost"


def test_round_trips_are_measured_or_estimated() -> None:
    here = region("madrid", location={"latitude": 40.4, "longitude": -3.7})
    found = ask(world([PARIS, LULEA], [pool("chat", region("paris"), here)]))[0].task.latency
    assert found["paris", "paris"] == Rtt(2, measured=True)
    assert ("paris", "lulea") not in found, "nobody has said where paris is"
    assert 60 < found["madrid@40.4,-3.7", "lulea"].ms < 90


def test_a_site_has_a_place_of_its_own() -> None:
    wrong = region("lulea", location={"latitude": 0, "longitude": 0})
    found = ask(world([PARIS, LULEA], [pool("chat", wrong)]))[0].task.latency
    assert found == {("lulea", "lulea"): Rtt(2.0)}


def test_pools_may_mean_different_places_by_one_name() -> None:
    one, two = ({"latitude": lat, "longitude": 0} for lat in (10, 60))
    asked_for = [pool(n, region("home", location=at)) for n, at in (("a", one), ("b", two))]
    found = targets(world([LULEA], asked_for))
    far, near = (found[f"default/{name}"].rtts["home", "lulea"].ms for name in ("a", "b"))
    assert far > 3 * near


def test_what_is_counted_of_demand_has_the_figure_of_the_spec_as_its_floor() -> None:
    found = world([PARIS], [pool("chat", region("paris", 2))])
    for counted, requests in ((5.0, 5.0), (0.0, 2.0)):
        question = task_of(
            found, build_snapshot(found), {}, {}, requests={("default/chat", "paris"): counted}
        )
        assert question.task.pools[0].demand[0].requests == requests


def test_what_a_namespace_allows_binds_as_the_pools_own_word() -> None:
    found = world(
        [PARIS, LULEA],
        [pool("chat", region("lulea"), namespace="health", placement={"residency": ["SE", "FR"]})],
        namespaces=[namespace("health", "FR, SE/norrbotten")],
    )
    assert [one.run for one in asked(found, "health/chat").residency] == [
        frozenset({"SE", "FR"}),
        frozenset({"FR", "SE/norrbotten"}),
    ]


def test_targets_say_who_serves_whom() -> None:
    found = targets(world([PARIS, LULEA], [pool("chat", region("paris", 5), region("lulea", 5))]))
    one = found["default/chat"]
    assert one.replicas == {("paris", "box"): 1, ("lulea", "box"): 1}
    assert [(share.site, share.part) for share in one.shares["paris"]] == [("paris", 1.0)]
    assert one.work == pytest.approx(10 / 5.2632, rel=1e-3)
    assert one.rate == {"box": 1.0}
    assert not one.kept


def test_nobody_starts_at_a_site_that_is_declared_lost() -> None:
    """Not even a pool whose sites are filled in their order."""
    made = plan(build_snapshot(world([site("lost", state="Lost")], [pool(replicas=1)])))
    assert [one.sites[0].sentence for one in made.refusals] == ["its envelope says that it is Lost"]


def test_replicas_on_any_hardware_are_split() -> None:
    spread = {"spread": {"sites": 2, "maxSharePercent": 50}}
    found = world([PARIS, LULEA], [resources.pool(replicas=4, placement=spread)])
    assert targets(found)["default/chat"].replicas == {("paris", ANY): 2, ("lulea", ANY): 2}
    current = ask(running(found, "paris-r1-1"))[0].task.current
    assert current == {Choice("default/chat", "paris", ANY): 1}
