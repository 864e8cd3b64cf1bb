"""Why each site got its number: the limit that keeps it from more, or that nobody wants more of it."""

from ampacity.core.distribution import decide
from ampacity.core.distribution.answer import Short, SiteNumber
from ampacity.core.distribution.eligibility import Bar
from ampacity.core.distribution.model import Limit, Task
from ampacity.core.distribution.sites import site_numbers
from tests.builders.distribution import demand, near, pool, site

NEAR = near(r1={"s1": 5, "s2": 50})


def numbers(task: Task) -> dict[str, SiteNumber]:
    return {site: one for (_, site), one in site_numbers(decide(task)).items()}


def test_a_site_that_serves_all_has_enough_and_farther_ones_are_not_needed() -> None:
    found = numbers(Task((site("s1"), site("s2")), (pool("p", demand("r1", 3)),), NEAR))
    assert (found["s1"].replicas, found["s1"].serves) == (3, (("r1", 1.0),))
    assert (found["s1"].cause.reason, found["s1"].cause.sentence) == (Short.ENOUGH, "more are not needed")
    assert (found["s2"].replicas, found["s2"].cause.sentence) == (0, "it is not needed")


def test_what_is_full_says_who_is_served_from_farther_away() -> None:
    short = Limit("row a", 2, (("h200x1", 1),))
    found = numbers(Task((site("s1", 10, "Edge", short), site("s2")), (pool("p", demand("r1", 3)),), NEAR))
    assert (found["s1"].replicas, found["s2"].replicas) == (2, 1)
    assert found["s1"].though == "r1 is served from farther away"
    assert found["s1"].cause.sentence == "row a: none left for one more h200x1"
    assert not found["s2"].though


def test_what_is_full_says_who_is_short() -> None:
    found = numbers(Task((site("s1", 1), site("s2", 1)), (pool("p", demand("r1", 3)),), NEAR))
    assert {one.though for one in found.values()} == {"r1 is short"}
    assert {one.cause.reason for one in found.values()} == {Short.SLOTS}


def test_what_was_never_looked_at_says_why() -> None:
    tiers = pool("p", demand("r1", 1), tiers=("Edge",), max_rtt_ms=20)
    sites = (site("s1"), site("s2"), site("s3", tier="Central"))
    found = numbers(Task(sites, (tiers,), NEAR | near(r1={"s3": 1})))
    assert found["s2"].cause.reason is Bar.ROUND_TRIP
    assert found["s2"].cause.sentence == "50 ms round trip from r1, bound 20 ms"
    assert found["s3"].cause.reason is Bar.TIER


def test_plain_replicas_that_wait_or_stand_in_a_tier_liked_less() -> None:
    sites = (site("s1", 2), site("s2", 1, "Central"))
    waits = numbers(Task(sites, (pool("p", replicas=4, tiers=("Edge", "Central")),)))
    assert {one.though for one in waits.values()} == {"some wait"}
    fits = numbers(Task(sites, (pool("p", replicas=3, tiers=("Edge", "Central")),)))
    assert (fits["s1"].though, fits["s2"].though) == ("others are in a tier liked less", "")
    assert not fits["s1"].serves
