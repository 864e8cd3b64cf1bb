"""What status shows: now, and in the worst single failure."""

from __future__ import annotations

from ampacity.core.load import Load
from ampacity.core.rows import RackContents, RowKind, RowStatus, SiteRows, build
from ampacity.core.site import Declared, Edge
from tests.builders.power import AIR, air_load, cooler, domain, kw, rack, site


def status(rows: SiteRows, loads: dict[str, Load] | None = None) -> dict[tuple[RowKind, str], RowStatus]:
    return {(one.kind, one.subject): one for one in rows.describe(loads or {})}


def two_feeds(**more: object) -> SiteRows:
    feeds = [domain("a", "100kW", "Feed", fails=True), domain("b", "100kW", "Feed", fails=True)]
    return build(site(feeds, [rack("r1", by=["a", "b"], **more), rack("r2", by=["a"])]), {})


def test_a_feed_shows_its_normal_load_and_its_worst_failure() -> None:
    one = status(two_feeds(), {"r1": air_load(kw(20)), "r2": air_load(kw(10))})[RowKind.DOMAIN, "a"]
    assert (one.reserved, one.worst_reserved, one.worst_state) == (kw(21), kw(30), "b")
    assert one.headroom == kw(70)


def test_the_worst_failure_is_found_among_several() -> None:
    feeds = [domain(name, "100kW", fails=True) for name in "abc"]
    rows = build(site(feeds, [rack("r1", by=["a", "b"]), rack("r2", by=["a", "c"])]), {})
    one = status(rows, {"r1": air_load(kw(10)), "r2": air_load(kw(20))})[RowKind.DOMAIN, "a"]
    assert (one.worst_state, one.worst_reserved) == ("c", kw(25.5))


def test_a_domain_no_failure_adds_to_shows_none() -> None:
    one = status(two_feeds(), {"r2": air_load(kw(5))})[RowKind.DOMAIN, "b"]
    assert (one.reserved, one.worst_reserved) == (0, 0)


def test_base_loads_are_reserved_without_any_node() -> None:
    rows = two_feeds(base_load=kw(2))
    assert status(rows)[RowKind.DOMAIN, "b"].reserved == kw(1.1)
    assert status(rows)[RowKind.RACK, "r1"].reserved == kw(2)


def test_a_base_load_that_moves_in_a_failure_shows_although_no_rack_is_there() -> None:
    hall = site([domain("a", fails=True), domain("b"), domain("fans", by=["a", "b"], base="10kW")], [])
    one = status(build(hall, {}))[RowKind.DOMAIN, "b"]
    assert (one.reserved, one.worst_reserved, one.worst_state) == (kw(5.5), kw(10), "a")


def test_a_racks_capacity_is_what_it_could_draw_alone() -> None:
    cords = [Edge("a", None, kw(30)), Edge("b", None, kw(40))]
    rows = build(site([domain("a", fails=True), domain("b", fails=True)],
                      [rack(by=cords, base_load=kw(1))]), {})
    one = status(rows, {"r1": air_load(kw(9))})[RowKind.RACK, "r1"]
    assert (one.capacity, one.reserved, one.headroom) == (kw(30), kw(10), kw(20))


def test_heat_shows_at_the_cooling_units_and_at_the_rack() -> None:
    hall = site([domain("pdu")], [rack(loop=["cdu"], air=["room"], air_limit=kw(10), base_load=kw(2),
                                       base_air=kw(1))],
                [cooler("cdu", "50kW", fails=True), cooler("room", "80kW", AIR)])
    found = status(build(hall, {}), {"r1": Load(kw(20), kw(4), kw(16))})
    assert found[RowKind.LIQUID, "cdu"].reserved == kw(17)
    room, own = found[RowKind.AIR, "room"], found[RowKind.RACK_AIR, "r1"]
    assert (room.reserved, room.worst_reserved, room.worst_state) == (kw(5), kw(22), "cdu")
    assert (own.reserved, own.worst_reserved, own.worst_state) == (kw(5), kw(22), "cdu")
    assert own.headroom == -kw(12)


def test_a_rack_whose_nodes_need_the_loop_puts_no_more_into_air_without_it() -> None:
    hall = site([domain("pdu")], [rack(loop=["cdu"], air=["room"], air_limit=kw(10))],
                [cooler("cdu", fails=True), cooler("room", medium=AIR)])
    rows = build(hall, {"r1": RackContents(needs_liquid=True)})
    own = status(rows, {"r1": Load(kw(20), kw(4), kw(16))})[RowKind.RACK_AIR, "r1"]
    assert (own.worst_reserved, own.worst_state) == (kw(4), "")


def test_heat_of_a_loop_that_is_declared_dead_is_in_air_now() -> None:
    hall = site([domain("pdu")], [rack(loop=["cdu"], air=["room"], air_limit=kw(10))],
                [cooler("cdu", state=Declared.FAILED), cooler("room", medium=AIR)])
    own = status(build(hall, {}), {"r1": Load(kw(20), kw(4), kw(16))})[RowKind.RACK_AIR, "r1"]
    assert own.reserved == kw(20)


def test_what_is_out_of_service_has_no_capacity_and_carries_nothing() -> None:
    hall = site([domain("a", state=Declared.FAILED), domain("b"),
                 domain("ups", by=[Edge("a", None, kw(5)), Edge("b")])],
                [rack("r1", by=["a"], air_limit=kw(10)), rack("r2", by=["b"])])
    found = status(build(hall, {}), {"r1": air_load(kw(5))})
    for key in ((RowKind.DOMAIN, "a"), (RowKind.CORD, "ups via a"), (RowKind.RACK, "r1")):
        assert (found[key].capacity, found[key].reserved) == (0, 0)
    assert found[RowKind.RACK_AIR, "r1"].reserved == 0
    assert found[RowKind.DOMAIN, "b"].capacity == kw(1000)


def test_cords_between_domains_are_shown() -> None:
    hall = site([domain("a"), domain("ups", by=[Edge("a", None, kw(50))])], [rack(by=["ups"])])
    one = status(build(hall, {}), {"r1": air_load(kw(10))})[RowKind.CORD, "ups via a"]
    assert (one.capacity, one.reserved) == (kw(50), kw(10))
