import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.core.load import Load
from ampacity.translate.pods.reservation import decode, encode
from ampacity.translate.records import Reservation

PLACE = Reservation("hall", "r1", "n1", "h200", Load(5_000_000, 1_000_000, 4_000_000), 3)


def test_what_is_written_is_read() -> None:
    assert decode(encode(PLACE, "2.17")) == PLACE
    assert json.loads(encode(PLACE, "2.17"))["fence"] == "2.17"


@pytest.mark.parametrize(
    "change",
    [
        {"power": -1},
        {"power": "5000000"},
        {"power": True},
        {"power": 1.5},
        {"air": None},
        {"power": 10**30},
        {"node": ""},
        {"rack": 7},
        {"site": None},
        {"generation": "3"},
    ],
)
def test_garbage_is_no_reservation(change: dict) -> None:
    assert decode(json.dumps({**json.loads(encode(PLACE, "1.1")), **change})) is None


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_reading_never_fails(text: str) -> None:
    assert decode(text) is None


def test_a_deep_nest_is_garbage_too() -> None:
    assert decode("[" * 100_000) is None
