"""Limits as the planner names them, and no other word changed."""

from ampacity.core.distribution.answer import Short
from ampacity.core.distribution.eligibility import Bar
from ampacity.translate.distribution.exact import numbers_of, report_of
from tests.builders import resources
from tests.builders.asked import ask, pool, region, site, world


def tight(name: str) -> resources.Json:
    """Two racks that each carry three of their eight GPUs."""
    racks = [resources.rack(f"r{n}", nodes="1x box-8", limit="2.9kW") for n in (1, 2)]
    return resources.envelope(name, racks=racks)


def test_a_rack_that_is_full_is_named() -> None:
    """Limits of single racks are no rows of the site: only the planner can tell them apart."""
    question, decision = ask(world([tight("paris")], [pool("chat", region("paris", 100))]))
    number = numbers_of(question, decision)["default/chat", "paris"]
    assert (number.replicas, number.though) == (6, "paris is short")
    said = "rack r1: its own power limit short by 350 W, for one more box"
    assert (number.cause.reason, number.cause.sentence, number.cause.short) == (Short.LIMIT, said, 350_000)
    [short] = report_of(question, decision).unserved
    assert short.cause == number.cause
    assert short.sentence.endswith(f"not served; paris: {said}")


def test_what_is_no_lack_of_room_is_left_as_it_is() -> None:
    abroad = site("lulea", location={"country": "SE"}, latency=[{"region": "paris", "milliseconds": 9}])
    asked = pool("chat", region("paris", 1), placement={"residency": ["FR"]})
    home = site("paris", location={"country": "FR"})
    question, decision = ask(world([home, abroad], [asked]))
    found = {name: one.cause.reason for (_, name), one in numbers_of(question, decision).items()}
    assert found == {"paris": Short.ENOUGH, "lulea": Bar.RESIDENCY}
