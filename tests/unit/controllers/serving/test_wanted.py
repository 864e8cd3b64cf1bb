"""Which pools are to be reached, by which ready replicas; and what is worked out once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ampacity import names
from ampacity.controllers.pools.current import DeploymentRecord
from ampacity.controllers.pools.reading import PoolScene
from ampacity.controllers.scene import Scene
from ampacity.controllers.serving.memory import Memory
from ampacity.controllers.serving.wanted import Reached, Readable, reached, troubles
from ampacity.core.distribution.targets import Targets
from ampacity.translate.serving.objects import ROUTE, SERVICE
from ampacity.translate.snapshot.usage import PodIndex
from tests.builders.kube import node, pod
from tests.builders.world import pool as record
from tests.unit.controllers.pools.builders import pool

SERVING = {"port": 80, "gateways": [{"name": "entry"}]}
KINDS = frozenset({SERVICE, ROUTE})
UP, DOWN = node("up"), replace(node("down"), ready=False)
RECORD = replace(record(), namespace="ai", uid="uid-chat")


def deployment(site: str, pods: int, ready: int) -> DeploymentRecord:
    name = f"chat-{site}"
    return DeploymentRecord(
        f"uid-{site}", "1", "ai", name, "ai/chat", site, "uid-chat", 1, "", pods, True, pods, ready
    )


def scene(*deployments: DeploymentRecord, silent: int = 0, **more: Any) -> Scene:
    """`silent`: pods of the pool at milan, on a node that does not answer."""
    labels = {names.POOL: "chat", names.SITE: "milan"}
    pods = [
        replace(
            pod(f"p{n}", labels=labels, node="down"), controller="Deployment/ai/chat-milan", pool="ai/chat"
        )
        for n in range(silent)
    ]
    return Scene((), (), (), (), (UP, DOWN), deployments, {}, PodIndex.of(pods), **more)


def reached_by(scene: Scene, **spec: Any) -> Reached:
    (found,) = reached(scene, [(pool(**{"serving": SERVING, **spec}), RECORD)])
    return found


def test_ready_is_what_deployments_count() -> None:
    found = reached_by(scene(deployment("milan", 3, 2), deployment("oslo", 1, 1)))
    assert found.standing.ready == {"milan": 2, "oslo": 1}
    assert found.sites == ("milan", "oslo")


def test_replicas_on_a_node_that_does_not_answer_are_not_ready() -> None:
    """Whether their pods say so already or not: they are not taken off twice."""
    assert reached_by(scene(deployment("milan", 3, 3), silent=2)).standing.ready == {"milan": 1}
    assert reached_by(scene(deployment("milan", 3, 1), silent=2)).standing.ready == {"milan": 1}
    assert reached_by(scene(deployment("milan", 2, 2), silent=2)).standing.ready == {"milan": 0}


def test_a_site_that_is_to_have_replicas_is_made_ready_for_them() -> None:
    targets = {"ai/chat": Targets(replicas={("oslo", "v"): 1})}
    assert reached_by(scene(deployment("milan", 1, 1), targets=targets)).sites == ("milan", "oslo")


def test_a_pool_that_does_not_ask_for_it_is_not_reached() -> None:
    assert list(reached(scene(), [(pool(), RECORD), (pool(serving={}), RECORD)])) == []


def test_a_pool_that_cannot_be_read_is_reached_as_before() -> None:
    readable, model = Readable(), pool(serving=SERVING)
    good = PoolScene({"metadata": {"uid": "uid-chat"}}, model=model, record=RECORD)
    assert readable.read([good]) == {"uid-chat": (model, RECORD)}
    broken = PoolScene({"metadata": {"uid": "uid-chat"}})
    assert readable.read([broken]) == {"uid-chat": (model, RECORD)}
    assert readable.read([]) == {} == readable.read([broken])


def test_troubles_are_told() -> None:
    (found,) = troubles(pool(serving={}), KINDS, ())
    assert found.reason == "PortUnknown"
    (found,) = troubles(pool(serving=SERVING), {SERVICE}, ())
    assert found.reason == "GatewayApiMissing"
    made = reached_by(scene(deployment("milan", 1, 0))).routes(KINDS, {("ai", "chat-milan")})
    (found,) = troubles(pool(serving=SERVING), KINDS, made)
    assert found.reason == "NothingReady" and "gateway entry" in found.message
    assert list(troubles(pool(), KINDS, ())) == []


def test_without_the_kind_there_are_no_routes() -> None:
    assert reached_by(scene(deployment("milan", 1, 1))).routes({SERVICE}, ()) == ()


def test_nothing_is_worked_out_twice_while_nothing_changes() -> None:
    memory, there = Memory(), {"uid-chat": frozenset({("ai", "chat-milan")})}
    model = pool(serving=SERVING)

    def look(ready: int) -> tuple[object, object]:
        seen = tuple(reached(scene(deployment("milan", 2, ready)), [(model, RECORD)]))
        return memory.backends(seen, KINDS)["uid-chat"], memory.routes(seen, KINDS, there)["uid-chat"]

    first, again, later = look(1), look(1), look(0)
    assert first[0] is again[0] is later[0]
    assert first[1] is again[1] and first[1] != later[1]
