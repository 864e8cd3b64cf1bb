"""Ports counted as resources say what kube-scheduler's rule says of each pair of pods."""

from __future__ import annotations

from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ampacity.core.placement import plan
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders.kube import container, node, pod
from tests.builders.world import world

PORTS = st.fixed_dictionaries(
    {"hostPort": st.sampled_from([80, 81])},
    optional={
        "protocol": st.sampled_from(["TCP", "UDP"]),
        "hostIP": st.sampled_from(["", "0.0.0.0", "10.0.0.1", "10.0.0.2", "::"]),
    },
)
LISTS = st.lists(PORTS, max_size=3)


def listening(ports: list[dict[str, Any]]) -> dict[str, Any]:
    return {**container(gpu=1), "ports": ports}


def collide(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """kube-scheduler's NodePorts: the same protocol and port, at the same address or one at all of them."""
    addresses = {port.get("hostIP") or "0.0.0.0" for port in (one, other)}
    same = all(
        (one.get(key) or default) == (other.get(key) or default)
        for key, default in (("hostPort", 0), ("protocol", "TCP"))
    )
    return same and (len(addresses) == 1 or "0.0.0.0" in addresses)


@given(LISTS, LISTS, LISTS)
def test_a_pod_gets_the_node_unless_its_ports_collide_with_those_there(
    first: list[dict[str, Any]], second: list[dict[str, Any]], wanted: list[dict[str, Any]]
) -> None:
    there = [
        pod(f"r{number}", node="n1", containers=[listening(ports)])
        for number, ports in enumerate((first, second))
    ]
    moment = build_snapshot(world(*there, pod("p", containers=[listening(wanted)]), nodes=[node("n1")]))
    free = not any(collide(*pair) for pair in product(wanted, [*first, *second]))
    assert bool(plan(moment).grants) == free


@given(LISTS, LISTS)
def test_two_that_collide_are_never_put_together(
    first: list[dict[str, Any]], second: list[dict[str, Any]]
) -> None:
    both = [pod(f"p{number}", containers=[listening(ports)]) for number, ports in enumerate((first, second))]
    granted = plan(build_snapshot(world(*both, nodes=[node("n1")]))).grants
    assert len(granted) == (1 if any(collide(*pair) for pair in product(first, second)) else 2)
