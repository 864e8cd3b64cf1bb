"""Shares bind what distribution asks for, and end nothing. A box draws 5 kW at most with its 8 GPUs."""

from __future__ import annotations

from dataclasses import replace

from ampacity import names
from ampacity.core.site import Share
from ampacity.core.workload import Workload
from ampacity.translate.records import World
from tests.builders.asked import pool, region, site, targets, world
from tests.builders.kube import pod
from tests.builders.power import kw

ONE = site("one", 1, latency=[{"region": "paris", "milliseconds": 2}])
TWO = site("two", 1, latency=[{"region": "paris", "milliseconds": 30}])


def shared(found: World, most: float) -> World:
    """With a share for inference at site one."""
    share = Share(Workload.INFERENCE, 0, kw(most))
    return replace(found, sites={**found.sites, "one": replace(found.sites["one"], shares=(share,))})


def standing(found: World, count: int) -> World:
    """With so many replicas of chat at site one."""
    labels = {names.POOL: "chat", names.SITE: "one"}
    node = next(one.name for one in found.nodes if one.name.startswith("one"))
    return replace(found, pods=tuple(pod(f"chat-{n}", node=node, labels=labels) for n in range(count)))


def wanted(found: World) -> dict[str, int]:
    """Replicas of chat by site."""
    return dict(targets(found)["default/chat"].by_site)


def test_what_a_share_leaves_no_room_for_is_served_elsewhere_or_told() -> None:
    here = world([ONE, TWO], [pool("chat", region("paris", 20))])
    assert wanted(here) == {"one": 4}
    assert wanted(shared(here, _gpus(3))) == {"one": 3, "two": 1}
    alone = shared(world([ONE], [pool("chat", region("paris", 20))]), _gpus(3))
    (short,) = targets(alone)["default/chat"].unserved
    assert "one: share of inference (1.9 kW) short by 625 W" in short.sentence


def test_a_lowered_share_ends_nothing_and_lets_nothing_begin() -> None:
    here = standing(world([ONE], [pool("chat", region("paris", 40))]), 4)
    assert wanted(here) == {"one": 8}
    assert wanted(shared(here, _gpus(2))) == {"one": 4}
    assert wanted(shared(here, _gpus(5))) == {"one": 5}


def _gpus(count: int) -> float:
    return count * 5 / 8
