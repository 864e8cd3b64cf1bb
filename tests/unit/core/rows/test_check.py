"""The question: does it fit here, and if not, which row is short by how much?"""

from __future__ import annotations

import numpy as np
import pytest

from ampacity.core.load import Load
from ampacity.core.rows import build
from ampacity.core.rows.sums import FULL, sum_rows
from ampacity.core.site import Edge
from ampacity.core.units import PPM
from tests.builders.power import AIR, air_load, cooler, domain, kw, rack, site


def test_exactly_full_fits_and_a_milliwatt_more_does_not() -> None:
    rows = build(site([domain("pdu", "10kW")], [rack()]), {})
    assert rows.check(rows.usage({}), "r1", air_load(kw(10))) is None
    short = rows.check(rows.usage({}), "r1", air_load(kw(10) + 1))
    assert short is not None and short.short == 1


def test_a_shortage_of_less_than_a_milliwatt_is_one() -> None:
    edges = [Edge("a", 550_000), Edge("b", 550_000)]
    rows = build(site([domain("a", "11kW"), domain("b")], [rack(by=edges)]), {})
    short = rows.check(rows.usage({}), "r1", air_load(kw(20) + 1))
    assert short is not None and short.short == 1


def test_load_already_there_counts() -> None:
    rows = build(site([domain("pdu", "10kW")], [rack("r1"), rack("r2")]), {})
    usage = rows.usage({"r1": air_load(kw(4)), "r2": air_load(kw(5)), "unknown": air_load(kw(50))})
    assert rows.check(usage, "r1", air_load(kw(1))) is None
    assert rows.check(usage, "r2", air_load(kw(1) + 1)) is not None


def test_the_row_most_short_is_named() -> None:
    hall = site([domain("feed", "12kW"), domain("pdu", "10kW", by=["feed"], base="1W")],
                [rack(limit=kw(8), air=["room"])], [cooler("room", "11kW", AIR)])
    rows = build(hall, {})
    short = rows.check(rows.usage({}), "r1", air_load(kw(20)))
    assert short is not None and (short.row.subject, short.short) == ("r1", kw(12))


def test_of_equally_short_rows_normal_operation_is_named() -> None:
    hall = site([domain("a", "10kW", fails=True), domain("b", "10kW"), domain("ups", by=["a", "b"])],
                [rack(by=["ups"], limit=kw(10))])
    rows = build(hall, {})
    short = rows.check(rows.usage({}), "r1", air_load(kw(12)))
    assert short is not None and short.row.state.normal


def test_a_row_the_load_does_not_touch_never_refuses() -> None:
    hall = site([domain("pdu")], [rack(loop=["cdu"], air=["room"])],
                [cooler("cdu"), cooler("room", "5kW", AIR)])
    rows = build(hall, {})
    over = rows.usage({"r1": Load(kw(9), kw(9), 0)})
    assert rows.check(over, "r1", Load(kw(1), 0, kw(1))) is None
    assert rows.check(over, "r1", Load(kw(1), 1, kw(1))) is not None


def test_nothing_more_always_fits() -> None:
    rows = build(site([domain("pdu", "1kW")], [rack()]), {})
    assert rows.check(rows.usage({"r1": air_load(kw(5))}), "r1", Load()) is None


def test_columns_are_a_mapping_of_all_racks() -> None:
    rows = build(site([domain("pdu")], [rack("r1"), rack("r2")]), {})
    assert list(rows.columns) == ["r1", "r2"] and len(rows.columns) == 2
    with pytest.raises(KeyError):
        rows.columns["r3"]


def test_an_absurd_sum_is_full_and_does_not_wrap() -> None:
    sums = sum_rows(np.array([0, 0]), np.array([[10**6, 0, 0]] * 2), np.array([[6 * 10**12, 0, 0]] * 2), 1)
    assert sums.tolist() == [FULL]


def test_a_base_load_beyond_64_bits_leaves_no_room() -> None:
    hall = site([domain("meter"), domain("pdu", by=["meter"], base="4GW", efficiency=PPM // 500)], [rack()])
    rows = build(hall, {})
    assert rows.check(rows.usage({}), "r1", air_load(1)) is not None
    assert rows.capacity.min() == -FULL


def test_a_site_without_racks_has_no_rows() -> None:
    rows = build(site([domain("pdu")], []), {})
    assert rows.rows == () and rows.usage({}).tolist() == []
    assert [one.subject for one in rows.describe({})] == ["pdu"]
