"""Ports of nodes in amounts."""

from __future__ import annotations

import pytest

from ampacity.core.ports import EVERY, MOST, amount_of, offered, port_amounts, spoken
from ampacity.core.snapshot import Resources


@pytest.mark.parametrize("address", ["", "0.0.0.0"])
def test_at_all_addresses_it_takes_all_there_is(address: str) -> None:
    assert port_amounts([("TCP", 80, address)]) == {"hostport:TCP:80": EVERY}


def test_at_one_address_it_takes_one_and_that_address() -> None:
    assert port_amounts([("TCP", 80, "10.0.0.1"), ("TCP", 80, "10.0.0.2")]) == {
        "hostport:TCP:80": 2, "hostport:TCP:80@10.0.0.1": 1, "hostport:TCP:80@10.0.0.2": 1,
    }  # fmt: skip


def test_nobody_takes_more_than_a_node_has() -> None:
    both = port_amounts([("TCP", 80, ""), ("TCP", 80, "10.0.0.1")])
    assert all(amount <= offered(name) for name, amount in both.items())


def test_the_names_of_one_pod_are_bounded() -> None:
    assert len(port_amounts(("TCP", number, "") for number in range(1, 500))) == MOST


def test_a_node_that_says_nothing_of_a_port_has_it_all() -> None:
    left = Resources(extended=(("hostport:TCP:80", 0), ("nvidia.com/gpu", 8)))
    assert amount_of(left, "hostport:TCP:80") == 0
    assert amount_of(left, "hostport:UDP:80") == EVERY
    assert amount_of(left, "rdma/nic") == 0


def test_people_read_them() -> None:
    assert spoken("hostport:TCP:8080") == "port 8080 (TCP)"
    assert spoken("hostport:UDP:53@fe80::1") == "port 53 (UDP) at fe80::1"
