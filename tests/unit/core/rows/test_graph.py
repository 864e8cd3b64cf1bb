"""What is no graph is refused, whoever calls."""

from __future__ import annotations

import pytest

from ampacity.core.rows import build
from ampacity.core.site import Site
from tests.builders.power import cooler, domain, rack, site


@pytest.mark.parametrize(("hall", "says"), [
    (site([domain("a", by=["b"]), domain("b", by=["a"])], []), "power runs in a circle: a -> b -> a"),
    (site([domain("a", by=["x"])], []), "no domain or cooling unit is called x"),
    (site([domain("a")], [rack(by=["x"])]), "no domain or cooling unit is called x"),
    (site([domain("a")], [], [cooler("a")]), "two domains or cooling units have one name"),
    (site([domain("a"), domain("b", by=["a"], efficiency=900)], [rack(by=["b"])]), "than a thousandfold"),
    (site([domain("a")], [rack(by=["a"]), rack(by=["a"])]), "two racks have one name"),
])
def test_a_site_that_is_no_graph_is_refused(hall: Site, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        build(hall, {})


def test_the_order_in_which_domains_are_listed_does_not_matter() -> None:
    parts = [domain("pdu", "50kW", by=["ups"]), domain("ups", "70kW", by=["meter"], efficiency=900_000),
             domain("meter", "90kW")]
    there, back = (build(site(order, [rack()]), {}) for order in (parts, parts[::-1]))
    assert {(row.subject, row.base) for row in there.rows} == {(row.subject, row.base) for row in back.rows}
    assert sorted(there.entry_coefs.tolist()) == sorted(back.entry_coefs.tolist())
