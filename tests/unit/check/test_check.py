from dataclasses import replace

from ampacity.core.check import Origins, check
from ampacity.core.site import CoolingUnit, Domain, Edge, Medium, Site
from ampacity.translate.snapshot.buildable import buildable
from tests.builders.power import AIR, cooler, domain, edges, rack, site


def messages(checked: Site, origins: Origins | None = None) -> list[str]:
    return [str(problem) for problem in check(checked, origins)]


def sound(*more: Domain, cooling: tuple[CoolingUnit, ...] = ()) -> Site:
    return site([domain("grid"), domain("pdu", by=["grid"]), *more], [rack()], cooling)


def test_a_sound_site() -> None:
    assert messages(sound()) == []


def test_an_unknown_supplier_and_what_it_was_meant_to_be() -> None:
    broken = site([domain("grid"), domain("pdu-1", by=["gird"])], [rack(by=["pdu-7"])])
    assert messages(broken) == [
        "spec.domains[1].suppliers[0]: pdu-1 names gird, and the site has no such domain; did you mean grid?",
        "spec.racks[0].power[0]: rack r1 names pdu-7, and the site has no such domain; did you mean pdu-1?",
    ]


def test_a_cycle_is_named() -> None:
    circle = [domain("a", by=["c"]), domain("b", by=["a"]), domain("c", by=["b"])]
    (found,) = messages(site(circle, [rack(by=["a"])]))
    assert found.startswith("spec.domains[0].suppliers: power runs in a circle: a <- c <- b <- a;")


def test_a_domain_that_feeds_itself() -> None:
    (found,) = messages(site([domain("pdu", by=["pdu"])], [rack()]))
    assert "pdu <- pdu" in found


def test_a_circle_beside_a_sound_path_is_found_once() -> None:
    found = messages(sound(domain("x", by=["grid", "y"]), domain("y", by=["x"])))
    assert len(found) == 1 and "x <- y <- x" in found[0]


def test_a_long_chain_is_no_cycle() -> None:
    chain = [domain("d0"), *(domain(f"d{n}", by=[f"d{n - 1}"]) for n in range(1, 3000))]
    assert messages(site(chain, [rack(by=["d2999"])])) == []


def test_names_are_unique_among_domains_and_coolers() -> None:
    twice = sound(domain("pdu", by=["grid"]), cooling=(cooler("grid", medium=AIR),))
    twice = replace(twice, racks=(rack(air=["grid"]), rack(air=["grid"])))
    assert messages(twice) == [
        "spec.domains[2].name: domain or cooling unit pdu is there already, from spec.domains[1].name;"
        " give each its own name",
        "spec.cooling[0].name: domain or cooling unit grid is there already, from spec.domains[0].name;"
        " give each its own name",
        "spec.racks[1].names: rack r1 is there already, from spec.racks[0].names; give each its own name",
    ]


def test_a_pattern_tells_its_mistake_once() -> None:
    many = site([domain("grid")], [rack(f"r{n}", by=["gone"]) for n in range(1250)])
    origins = Origins([0], [], [0] * 1250)
    (found,) = messages(many, origins)
    assert found.startswith("spec.racks[0].power[0]: rack r0 names gone") and "(and 1,249 more)" in found


def test_a_rack_fed_by_nothing() -> None:
    (found,) = messages(replace(sound(), racks=(rack(by=[]),)))
    assert found == "spec.racks[0].power: rack r1 is fed by nothing; name the domains that feed it"


def test_a_failure_domain_that_feeds_nothing() -> None:
    idle = sound(domain("spare", by=["grid"], fails=True))
    (found,) = messages(idle)
    assert found.startswith(
        "spec.domains[2].failureDomain: spare is a failure domain, but no rack depends on it"
    )


def test_a_failure_domain_is_felt_through_what_it_feeds() -> None:
    assert messages(site([domain("grid", fails=True), domain("pdu", by=["grid"])], [rack()])) == []
    cooled = sound(domain("ups", fails=True), cooling=(cooler("room", medium=AIR, by=["ups"], fails=True),))
    assert messages(replace(cooled, racks=(rack(air=["room"]),))) == []


def test_without_listed_racks_labels_may_hang_anywhere() -> None:
    assert messages(site([domain("grid", fails=True)], [])) == []


def test_coolers_feed_no_power_and_domains_cool_nothing() -> None:
    wrong = site([domain("pdu")], [rack(by=["room"], air=["pdu"])], [cooler("room", medium=AIR)])
    assert [text.partition(";")[0] for text in messages(wrong)] == [
        "spec.racks[0].power[0]: room, from which rack r1 wants power, is a cooling unit",
        "spec.racks[0].air: rack r1 names pdu, and the site has no such cooling unit",
    ]


def test_the_wrong_medium() -> None:
    wrong = site(
        [domain("pdu")], [rack(air=["cdu"], loop=["room"])], [cooler("cdu"), cooler("room", medium=AIR)]
    )
    assert [text.partition(",")[0] for text in messages(wrong)] == [
        "spec.racks[0].liquid: room cools by air",
        "spec.racks[0].air: cdu cools by liquid",
    ]


def test_heat_must_go_somewhere_once_cooling_is_listed() -> None:
    loop, room = cooler("cdu"), cooler("room", medium=AIR)
    assert "cooled by nothing" in messages(sound(cooling=(loop,)))[0]
    liquid = replace(sound(cooling=(loop, room)), racks=(rack(loop=["cdu"]),))
    assert "part of its heat goes into room air" in messages(liquid)[0]
    assert messages(replace(sound(cooling=(loop,)), racks=(rack(loop=["cdu"]),))) == []


def test_shares() -> None:
    halves = (Edge("grid", 600_000), Edge("pdu", 399_999))
    (short,) = messages(replace(sound(), racks=(rack(by=halves),)))
    assert "sum to 99.9999 %" in short
    mixed = (Edge("grid", 600_000), Edge("pdu"))
    (found,) = messages(replace(sound(), racks=(rack(by=mixed),)))
    assert "some do not" in found


def test_one_supplier_named_twice() -> None:
    (found,) = messages(replace(sound(), racks=(rack(by=["pdu", "pdu"]),)))
    assert found.startswith("spec.racks[0].power[1]: rack r1 names pdu twice")


def test_names_that_no_label_can_carry() -> None:
    for name in ("-a", "a" * 64, "a b", "ä", ""):
        assert "cannot be a label value" in messages(site([domain("pdu")], [rack(name)]))[0]
    assert "the state without a failure" in messages(site([domain("normal")], [rack(by=["normal"])]))[0]


def test_more_power_than_can_be_counted() -> None:
    huge = replace(domain("pdu"), capacity=10**14)
    assert "check the units" in messages(site([huge], [rack()]))[0]


def test_liquid_suppliers_are_pointed_at_one_by_one() -> None:
    two = site([domain("pdu")], [rack(loop=["cdu", "gone"])], [cooler("cdu", medium=Medium.LIQUID)])
    assert messages(two)[0].startswith("spec.racks[0].liquid.suppliers[1]: rack r1 names gone")
    assert edges("a") == (Edge("a"),)


def lossy(*percent: float) -> Site:
    """A chain of domains with these efficiencies, the source first, and a rack at its end."""
    chain = [
        replace(domain(f"d{n}", by=[f"d{n - 1}"] if n else []), efficiency=round(one * 10_000))
        for n, one in enumerate(percent)
    ]
    return site(chain, [rack(by=[chain[-1].name])])


def test_losses_that_multiply_to_nonsense_are_refused_where_they_do() -> None:
    (found,) = messages(lossy(100, 1, 1, 1, 97))
    assert found.startswith("spec.domains[2].efficiency: with all losses on the way, a watt at d2 costs more")


def test_large_losses_that_can_be_computed_are_accepted() -> None:
    bearable = lossy(100, 10, 1)
    assert messages(bearable) == [] and buildable(bearable) is None


def test_nothing_is_called_as_the_state_without_a_failure() -> None:
    named = sound(domain("normal", by=["grid"]), cooling=(cooler("normal", medium=AIR),))
    named = replace(named, racks=(rack(air=["normal"]),))
    paths = [found.partition(":")[0] for found in messages(named) if "state without a failure" in found]
    assert paths == ["spec.domains[2].name", "spec.cooling[0].name"]


def test_the_same_slip_on_many_racks_is_looked_up_once() -> None:
    many = [rack(f"r{number}", by=["gird"]) for number in range(5_000)]
    (found,) = messages(site([domain("grid")], many), Origins([0], [], [0] * len(many)))
    assert found == (
        "spec.racks[0].power[0]: rack r0 names gird, and the site has no such domain (and 4,999 more);"
        " did you mean grid?"
    )


def test_suggestions_end_where_there_are_too_many_slips() -> None:
    many = [rack(f"r{number}", by=["gird"]) for number in range(50)]
    found = messages(site([domain("grid")], many))
    assert len(found) == 50
    assert sum("did you mean grid?" in text for text in found) == 20
    assert found[-1].endswith("add it to the site, or name one of its domains")


def test_a_long_circle_is_told_by_its_ends() -> None:
    circle = [domain(f"d{number}", by=[f"d{(number + 1) % 500}"]) for number in range(500)]
    (found,) = messages(site(circle, [rack(by=["d0"])]))
    assert "d0 <- d1 <- d2" in found and "... (500 in all) <- d0; remove one" in found
    assert len(found) < 250


def test_failures_that_are_too_many_to_work_out() -> None:
    feeds = [domain(f"d{number}", fails=True) for number in range(500)]
    racks = [rack(f"r{number}", by=[f"d{number}"]) for number in range(500)]
    (found,) = messages(site(feeds, racks))
    assert found.startswith("spec.domains: 500 failure domains times 1,000 parts")
    assert messages(site(feeds[:100], racks[:100])) == []
