"""Every waiting pod is told which limit is short, by how much, and where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ampacity.core.load import Supplies
from ampacity.core.placement import plan
from ampacity.core.plan import Reason, Refusal
from ampacity.core.site import Declared
from ampacity.core.snapshot import Snapshot, Taint
from tests.builders.fleet import (
    apart,
    draw,
    label_in,
    node,
    resident,
    shape,
    small_site,
    snapshot,
    waiter,
    waiters,
)
from tests.builders.power import AIR, cooler, domain, kw, rack, site

TAINTED = Taint("gpu", "yes", "NoSchedule")


def refusal(start: Snapshot) -> Refusal:
    """The last one: that of whoever came last."""
    return plan(start).refusals[-1]


def one(asks: object = None, **more: object) -> list[object]:
    return [waiter("p", asks or shape(8), **more)]  # type: ignore[arg-type]


def pods(asks: object, count: int = 1) -> list[object]:
    """Equal pods, of which the last is the one that is asked about."""
    return list(waiters(count, asks))  # type: ignore[arg-type]


TWO_UPS = site([domain("ups-1", "9kW", "UPS", fails=True), domain("ups-2", "9kW", "UPS", fails=True)],
               [rack("r1", by=["ups-1", "ups-2"])])
ONE_UPS = site([domain("ups-1", "90kW", "UPS", fails=True)], [rack("r1", by=["ups-1"])])
COOL = site([domain("pdu")], [rack("r1", loop=["cdu"])], [cooler("cdu", "7kW")])
WARM = site([domain("pdu")], [rack("r1", air=["crah"], air_limit=kw(9))], [cooler("crah", "90kW", AIR)])
WEAK = draw(8, kw(2), kw(1), supplies=Supplies(2, kw(4)))
UNKNOWN = replace(node(), draw=None, profile="", why_not="no profile for H1000")
SOME_BUSY = [node("n1", used=4), node("n2", used=8), node("n3", used=7)]
ELSEWHERE = shape(1, node_terms=((label_in("a", "b"),),))
PICKY = shape(1, accelerators=("mi300", "b200"))
ALOOF = shape(1, rules=(apart("app", "web"),))
WEB = [resident("n1", {"app": "web"})]

CASES = {
    "power": (snapshot([node()], one(), small_site(1, "6.9kW")), Reason.POWER,
              "hall: rack r1: pdu short by 3.1 kW"),
    "redundancy": (snapshot([node()], one(), TWO_UPS), Reason.REDUNDANCY,
                   "hall: rack r1: UPS ups-1 short by 1 kW if UPS ups-2 fails"),
    "coolant": (snapshot([node()], one(), COOL), Reason.COOLING,
                "hall: rack r1: cooling of cdu short by 1 kW"),
    "air": (snapshot([node(draw=draw(air=1))], one(), WARM), Reason.COOLING,
            "hall: rack r1: its own limit of heat into air short by 1 kW"),
    "supplies": (snapshot([node(draw=WEAK)], one()), Reason.POWER,
                 "hall: rack r1: live power supplies of node n1 short by 2 kW"),
    "few free": (snapshot(SOME_BUSY, one()), Reason.NO_FREE_GPUS,
                 "hall: no node with 8 free GPUs: 3 nodes match, 2 with free ones but at most 4"),
    "none free": (snapshot([node(used=8)], one(shape(1))), Reason.NO_FREE_GPUS,
                  "hall: no node with 1 free GPU: 1 node matches, none with a free one"),
    "too large": (snapshot([node()], one(shape(16))), Reason.NO_MATCHING_NODE,
                  "hall: 1 node matches, but none has 16 GPUs even when empty: at most 8 GPUs"),
    "CPU": (snapshot([node(cpu=96)], pods(shape(1, cpu=64), 2)), Reason.NODE_RESOURCES,
            "hall: no node with 64 free CPUs beside its free GPUs: 1 node matches, at most 32 CPUs free"),
    "memory": (snapshot([node(memory=100)], pods(shape(1, memory=80), 2)), Reason.NODE_RESOURCES,
               "hall: no node with 80 GiB of free memory beside its free GPUs: 1 node matches, "
               "at most 20 GiB of memory free"),
    "accelerator": (snapshot([node()], one(PICKY)), Reason.NO_MATCHING_NODE,
                    "hall: 1 node matches, but with h200; acceptable: b200, mi300"),
    "selector": (snapshot([node("n1"), node("n2")], one(ELSEWHERE)), Reason.NO_MATCHING_NODE,
                 "hall: no node matches: of 2 nodes 2 excluded by node selector, affinity or volumes"),
    "taint": (snapshot([node(taints=(TAINTED,))], one()), Reason.NO_MATCHING_NODE,
              "hall: no node matches: of 1 node 1 by taints that are not tolerated (gpu=yes:NoSchedule)"),
    "resource": (snapshot([node(gpu="amd.com/gpu")], one()), Reason.NO_MATCHING_NODE,
                 "hall: no node offers nvidia.com/gpu (it has 1 node)"),
    "cordoned": (snapshot([node(admits=False, why_not="cordoned")], one()), Reason.NO_MATCHING_NODE,
                 "hall: 1 node matches, but none takes pods now: cordoned"),
    "unknown": (snapshot([UNKNOWN], one()), Reason.UNKNOWN_HARDWARE,
                "hall: no AcceleratorProfile fits the node that matches: no profile for H1000"),
    "rules": (snapshot([node()], one(ALOOF), residents=WEB), Reason.POD_RULES,
              "hall: 1 node has room, but affinity or topology spread between pods excludes it"),
    "survival": (snapshot([node()], one(shape(1, must_survive=frozenset({"UPS"}))), ONE_UPS),
                 Reason.NOT_SURVIVING,
                 "hall: 1 node matches, but none in a rack that survives the loss of UPS ups-1"),
    "unheard of": (snapshot([node()], one(shape(1, must_survive=frozenset({"UPS", "Fed"}))), ONE_UPS),
                   Reason.NOT_SURVIVING, "hall: mustSurvive names Fed, which no site has: "
                   "failure domains here are of type UPS"),
    "untested": (snapshot([node()], one(shape(1, must_survive=frozenset({"PDU"})))),
                 Reason.NOT_SURVIVING, "hall: mustSurvive names PDU, but no failure domain of the site "
                 "is of that type: it has none"),
    "no envelope": (snapshot([], one(shape(1, sites=("nowhere",)))), Reason.NO_ENVELOPE,
                    "nowhere: no SitePowerEnvelope nowhere is accepted"),
    "no site": (snapshot([node()], one(shape(1, sites=("",)))), Reason.NO_MATCHING_NODE,
                "no site is of a tier and has the labels that the pool asks for"),
    "nothing": (Snapshot({}, (), (waiter("p"),)), Reason.NO_ENVELOPE,
                "no SitePowerEnvelope is accepted yet"),
}


def test_a_type_that_only_another_site_has_cannot_fail_here() -> None:
    elsewhere = replace(ONE_UPS, name="elsewhere")
    start = snapshot([node()], one(shape(1, must_survive=frozenset({"UPS"}))), small_site(), elsewhere)
    assert [grant.site for grant in plan(start).grants] == ["hall"]


@pytest.mark.parametrize("case", CASES)
def test_the_sentence(case: str) -> None:
    start, reason, sentence = CASES[case]
    answer = refusal(start)
    assert (answer.reason, answer.sentence) == (reason, sentence)


def test_the_place_that_lacks_least_is_named() -> None:
    hall = site([domain("a", "9.5kW"), domain("b", "9.9kW")], [rack("r1", by=["a"]), rack("r2", by=["b"])])
    answer = refusal(snapshot([node("n1"), node("n2", "r2")], one(), hall))
    assert answer.sentence == "hall: rack r2: PDU b short by 100 W"
    shortfall = answer.sites[0].shortfall
    assert shortfall is not None and (shortfall.short, shortfall.rack) == (100_000, "r2")


def test_every_site_says_why_and_the_least_hopeless_speaks_for_all() -> None:
    edge, central = small_site(1, "6kW", "edge"), small_site(1, "9kW", "central")
    answer = refusal(snapshot([node("e1", site="edge"), node("c1", site="central")],
                              one(shape(8, sites=("edge", "gone", "central"))), edge, central))
    assert [(site.site, site.reason.name) for site in answer.sites] == [
        ("edge", "POWER"), ("gone", "NO_ENVELOPE"), ("central", "POWER")]
    assert answer.sentence.startswith("central: ")


def test_a_shortage_of_watts_is_nearer_than_a_shortage_of_nodes() -> None:
    full, dark = small_site(1, "90kW", "full"), small_site(1, "3kW", "dark")
    nodes = [node("f1", site="full", used=8), node("d1", site="dark")]
    assert refusal(snapshot(nodes, one(), full, dark)).reason is Reason.POWER


def test_the_shortage_is_that_after_all_grants() -> None:
    waiting = [waiter("small", shape(1), since=1), waiter("large", shape(8))]
    start = snapshot([node("n1"), node("n2")], waiting, small_site(1, "9kW"))
    assert refusal(start).sentence == "hall: rack r1: pdu short by 4 kW"


def test_a_rack_out_of_service_is_named_only_where_there_is_no_other() -> None:
    dead = domain("dead", "100kW", state=Declared.FAILED)
    hall = site([domain("pdu", "4kW"), dead], [rack("r1", by=["dead"]), rack("r2")])
    both = [node("n1", "r1"), node("n2", "r2")]
    assert refusal(snapshot(both, one(), hall)).sentence == "hall: rack r2: pdu short by 6 kW"
    assert refusal(snapshot(both[:1], one(), hall)).sentence == (
        "hall: rack r1: out of service, it has no live power")
