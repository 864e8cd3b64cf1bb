"""When it is decided, from what, and what is kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from ampacity import names
from ampacity.cluster.events import Subject
from ampacity.controllers.distribution.distributor import Distributor
from ampacity.controllers.metrics import Metrics
from ampacity.controllers.pools.following import Outlook
from ampacity.controllers.pools.reading import PoolScene
from ampacity.controllers.scene import Scene
from ampacity.core.distribution.targets import Targets
from ampacity.core.snapshot import Snapshot
from ampacity.translate.records import World
from ampacity.translate.snapshot.build import build_snapshot
from ampacity.translate.snapshot.usage import PodIndex
from tests.builders.asked import pool, region, site, world
from tests.builders.kube import pod

PARIS = site("paris", 1, latency=[{"region": "paris", "milliseconds": 2}])
LULEA = site("lulea", 1, tier="Central", latency=[{"region": "paris", "milliseconds": 30}])
CHAT = "default/chat"


class Term:
    """A term of office: moments are shown to a distributor, and what it decides is awaited."""

    def __init__(self) -> None:
        self.now = 0.0
        self.woken = 0
        self.events: list[str] = []
        self.distributor = Distributor(
            self._wake, Metrics(), site_loss_after=60, post=self._post, clock=lambda: self.now
        )

    def _wake(self) -> None:
        self.woken += 1

    async def _post(self, about: Subject, reason: str, note: str) -> None:
        self.events.append(f"{about.kind} {about.name} {reason} {note}")

    async def show(self, world: World, *, dark: tuple[str, ...] = (), short: bool = False) -> bool:
        """Whether anything was decided on it."""
        snapshot = build_snapshot(world)
        answering = frozenset(node.site for node in snapshot.nodes) - set(dark)
        seen = Outlook(answering, short=frozenset({CHAT}) if short else frozenset())
        woken = self.woken
        self.distributor.look(_scene(world), world, snapshot, seen)
        self.distributor.start()
        while self.distributor.deciding:
            await asyncio.sleep(0.01)
        return self.woken > woken

    def targets(self, world: World) -> dict[str, Targets]:
        return dict(self.distributor.guide(_scene(world)).targets)


def _scene(world: World) -> Scene:
    pools = tuple(
        PoolScene({"metadata": {"namespace": one.namespace, "name": one.name}}, record=one)
        for one in world.pools
    )
    return Scene((), (), (), pools, (), (), {}, PodIndex.of(world.pods))


def asked(requests: float, *, sites: Any = (PARIS, LULEA), **spec: Any) -> World:
    return world(sites, [pool("chat", region("paris", requests), **spec)])


def running(found: World, *nodes: str) -> World:
    made = tuple(
        pod(f"chat-{n}", node=node, labels={names.POOL: "chat", names.SITE: node.split("-")[0]})
        for n, node in enumerate(nodes)
    )
    return replace(found, pods=made)


def test_it_decides_at_first_and_when_something_has_changed() -> None:
    async def story() -> None:
        term = Term()
        assert term.targets(asked(5)) == {}
        assert await term.show(asked(5))
        assert term.targets(asked(5))[CHAT].by_site == {"paris": 1}
        assert term.events == ["GPUInferencePool chat Distributed paris: 1 (was 0)"]
        term.now = 20
        assert not await term.show(asked(5))
        assert await term.show(asked(10))
        assert term.targets(asked(10))[CHAT].by_site == {"paris": 2}
        term.now = 29
        assert not await term.show(asked(10))
        term.now = 31
        assert await term.show(asked(10)), "now and then in any case"

    asyncio.run(story())


def test_it_decides_again_while_replicas_find_no_room_but_not_all_the_time() -> None:
    async def story() -> None:
        term = Term()
        await term.show(asked(5))
        assert not await term.show(asked(5), short=True)
        term.now = 6
        assert await term.show(asked(5), short=True)

    asyncio.run(story())


def test_nothing_is_decided_where_no_pool_wishes_it() -> None:
    async def story() -> None:
        term, plain = Term(), world([PARIS], [pool("chat", replicas=2)])
        assert not await term.show(plain)
        assert term.targets(plain) == {}

    asyncio.run(story())


def test_a_silent_site_keeps_its_plan_until_it_is_lost_and_then_others_get_its_share() -> None:
    async def story() -> None:
        term = Term()
        found = running(asked(5), "paris-r1-1")
        found = replace(found, nodes=tuple(replace(n, ready="lulea" in n.name) for n in found.nodes))
        await term.show(found, dark=("paris",))
        assert term.targets(found)[CHAT].by_site == {"paris": 1}
        term.now = 60
        assert await term.show(found, dark=("paris",))
        assert term.targets(found)[CHAT].by_site == {"lulea": 1}
        assert set(term.distributor.guide(_scene(found)).closed) == {"paris"}

    asyncio.run(story())


def test_a_pool_that_cannot_be_decided_keeps_the_last_good_decision() -> None:
    async def story() -> None:
        term = Term()
        await term.show(asked(5))
        broken = asked(5, placement={"spread": {"sites": 9}})
        assert await term.show(broken)
        kept = term.targets(broken)[CHAT]
        assert kept.kept and kept.by_site == {"paris": 1}

    asyncio.run(story())


def test_or_what_runs_if_there_was_none() -> None:
    async def story() -> None:
        term = Term()
        broken = running(asked(5, placement={"spread": {"sites": 9}}), "lulea-r1-1")
        await term.show(broken)
        kept = term.targets(broken)[CHAT]
        assert kept.kept and kept.by_site == {"lulea": 1} and kept.work == 1

    asyncio.run(story())


def test_what_was_decided_in_an_earlier_term_is_forgotten_and_what_runs_counts() -> None:
    """Central is farther away; moving what runs there would cost more than it gains."""

    async def story() -> None:
        term = Term()
        await term.show(asked(5))
        term.distributor.begin()
        assert term.targets(asked(5)) == {}

    asyncio.run(story())


def test_a_failure_is_tried_again_later_and_the_last_decision_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        term = Term()
        await term.show(asked(5))
        with monkeypatch.context() as patch:
            patch.setattr("ampacity.controllers.distribution.deciding.task_of", _fails)
            assert not await term.show(asked(10))
        assert term.targets(asked(10))[CHAT].by_site == {"paris": 1}
        assert not await term.show(asked(10))
        term.now = 6
        assert await term.show(asked(10))
        assert term.targets(asked(10))[CHAT].by_site == {"paris": 2}

    asyncio.run(story())


def _fails(world: World, snapshot: Snapshot, *_: object, **__: object) -> object:
    raise ZeroDivisionError
