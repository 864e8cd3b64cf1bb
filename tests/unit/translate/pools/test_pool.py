from dataclasses import replace

from ampacity import names
from ampacity.translate.pools.pool import demand, pool_places
from tests.builders.kube import pod
from tests.builders.world import hold, pool


def replica(name: str, site: str, *, gated: bool = False, created: int = 0):  # type: ignore[no-untyped-def]
    labels = {names.POOL: "chat", names.SITE: site}
    record = pod(name, labels=labels) if gated else pod(name, labels=labels, node="n1")
    return replace(record, created=created)


def own_hold(key: str, site: str, since: int = 0):  # type: ignore[no-untyped-def]
    return hold(key, controller=f"Deployment/default/chat-{site}", site=site, since=since)


def test_only_the_pools_own_holds_count() -> None:
    places = pool_places(pool(), [], [own_hold("a", "best"), hold("b")])
    assert [hold.key for hold in places.holds] == ["a"]


def test_demand_is_what_is_missing_and_never_negative() -> None:
    places = pool_places(pool(), [replica("a", "best")], [own_hold("h", "best")])
    assert demand(pool(replicas=5), places) == 3
    assert demand(pool(replicas=1), places) == 0
    assert demand(pool(replicas=5, deployed=4), places) == 1


def test_pods_on_their_way_out_have_no_place() -> None:
    leaving = replace(replica("a", "best"), terminating=True)
    assert pool_places(pool(), [leaving], []).count == 0
