"""Pods that want one port of their node: never two of them together, and those left over are told so."""

from __future__ import annotations

from dataclasses import replace

from ampacity.core.placement import plan
from ampacity.core.placement.succession import Place, Succession
from ampacity.core.plan import Reason
from ampacity.core.ports import port_amounts
from ampacity.core.snapshot import NodeView, Shape
from tests.builders.fleet import node, places, shape, snapshot, waiter, waiters

Port = tuple[str, int, str]
WEB: Port = ("TCP", 8080, "")


def wants(*ports: Port, gpus: int = 1) -> Shape:
    """A pod of so many GPUs that binds these ports."""
    plain = shape(gpus)
    extended = tuple(sorted((*plain.requests.extended, *port_amounts(ports).items())))
    return replace(plain, requests=replace(plain.requests, extended=extended))


def taken(name: str, *ports: Port) -> NodeView:
    """A node where another pod has these ports."""
    empty = node(name)
    left = tuple((port, 0) for port in port_amounts(ports))
    return replace(empty, free=replace(empty.free, extended=tuple(sorted((*empty.free.extended, *left)))))


def test_each_node_takes_one() -> None:
    found = plan(snapshot([node("n1"), node("n2")], waiters(3, wants(WEB))))
    assert sorted(places(found).values()) == ["n1", "n2"]


def test_who_finds_all_taken_is_told_which_port() -> None:
    nodes = [taken("n1", WEB), taken("n2", WEB)]
    (refusal,) = plan(snapshot(nodes, [waiter("p", wants(WEB))])).refusals
    assert (refusal.reason, refusal.sentence) == (
        Reason.NODE_RESOURCES,
        "hall: port 8080 (TCP) of each of the 2 nodes with free GPUs that match is taken by another pod",
    )


def test_of_one_node_too() -> None:
    (refusal,) = plan(snapshot([taken("n1", WEB)], [waiter("p", wants(WEB))])).refusals
    assert refusal.sentence == (
        "hall: port 8080 (TCP) of the node with free GPUs that matches is taken by another pod"
    )


def test_another_port_protocol_or_address_is_no_obstacle() -> None:
    here, there = ("TCP", 8080, "10.0.0.1"), ("TCP", 8080, "10.0.0.2")
    for one, other in ((WEB, ("UDP", 8080, "")), (WEB, ("TCP", 80, "")), (here, there)):
        both = [waiter("p", wants(one)), waiter("q", wants(other))]
        assert len(plan(snapshot([node("n1")], both)).grants) == 2


def test_one_address_and_all_of_them_exclude_each_other() -> None:
    for ports in ((WEB, ("TCP", 8080, "10.0.0.1")), (("TCP", 8080, "10.0.0.1"), WEB)):
        both = [waiter(f"p{number}", wants(port)) for number, port in enumerate(ports)]
        assert len(plan(snapshot([node("n1")], both)).grants) == 1


def test_gpus_and_not_ports_say_how_tightly_a_pod_fits() -> None:
    nodes = [node("n1", used=4), node("n2", used=7)]
    found = plan(snapshot(nodes, [waiter("p", wants(WEB))]))
    assert list(places(found).values()) == ["n2"]


def test_a_successor_takes_over_the_port_with_the_place() -> None:
    old = wants(WEB)
    moment = snapshot([taken("n1", WEB)], [])
    assert Succession(moment, [old]).takes_over(old, [Place(old, "n1")])
    new = wants(("TCP", 80, ""))
    assert Succession(moment, [new]).takes_over(new, [Place(old, "n1")])
    moment = snapshot([taken("n1", WEB, ("TCP", 80, ""))], [])
    assert not Succession(moment, [new]).takes_over(new, [Place(old, "n1")])
