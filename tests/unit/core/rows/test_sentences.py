"""What people read when something is short."""

from __future__ import annotations

import pytest

from ampacity.core.rows import Row, RowKind, Shortfall
from ampacity.core.site import State
from tests.builders.power import kw

NORMAL, FEED_B = State("normal"), State("b", "Feed")


@pytest.mark.parametrize(("kind", "subject", "subject_type", "state", "sentence"), [
    (RowKind.DOMAIN, "pdu-3", "PDU", FEED_B, "PDU pdu-3 short by 3.1 kW if feed b fails"),
    (RowKind.DOMAIN, "meter", "Utility", NORMAL, "utility meter short by 3.1 kW"),
    (RowKind.DOMAIN, "utility", "Utility", State("UPS", "UPS"), "utility short by 3.1 kW if UPS fails"),
    (RowKind.CORD, "r12 via bw-a", "Busway", FEED_B,
     "its cord to busway bw-a short by 3.1 kW if feed b fails"),
    (RowKind.CORD, "ups-1 via a", "Feed", FEED_B, "cord of ups-1 to feed a short by 3.1 kW if feed b fails"),
    (RowKind.RACK, "r12", "", NORMAL, "its own power limit short by 3.1 kW"),
    (RowKind.RACK_AIR, "r12", "", State("cdu-1", "CDU"),
     "its own limit of heat into air short by 3.1 kW if CDU cdu-1 fails"),
    (RowKind.SHELVES, "r12", "", NORMAL, "its live power shelves short by 3.1 kW"),
    (RowKind.LIQUID, "loop", "CDU", NORMAL, "cooling of CDU loop short by 3.1 kW"),
    (RowKind.AIR, "room", "CRAH", NORMAL, "cooling of CRAH room short by 3.1 kW"),
    (RowKind.SUPPLIES, "n7", "", NORMAL, "live power supplies of node n7 short by 3.1 kW"),
    (RowKind.OUT, "r12", "coolant", NORMAL, "out of service, it has no live coolant"),
])
def test_every_kind_of_row_has_its_sentence(
        kind: RowKind, subject: str, subject_type: str, state: State, sentence: str) -> None:
    row = Row(kind, subject, subject_type, state, kw(100))
    assert Shortfall("hall", "r12", row, kw(3.1)).sentence() == f"rack r12: {sentence}"
