from dataclasses import replace

from ampacity.translate.snapshot.usage import PodIndex
from tests.builders.kube import GPU, pod
from tests.builders.power import kw
from tests.builders.world import reserved


def test_a_node_s_pods_add_up() -> None:
    index = PodIndex.of(
        [pod("a", node="n1", gpus=2), reserved(pod("b", node="n1"), kw(1)), pod("c", node="n2")]
    )
    use = index.use("n1")
    assert (use.units, use.taken.pods, dict(use.taken.extended)) == (3, 2, {GPU: 3})
    assert [(units, load.power) for units, load in use.reserved] == [(1, kw(1))]
    assert index.use("n3").taken.pods == 0


def test_a_sum_is_kept_until_a_pod_of_its_node_changes() -> None:
    index = PodIndex.of([pod("a", node="n1"), pod("b", node="n2")])
    before = index.use("n1")
    index.put(pod("b", node="n2", version=2))
    assert index.use("n1") is before
    index.drop("uid-a")
    assert index.use("n1").units == 0


def test_a_pod_that_moves_leaves_nothing_behind() -> None:
    index = PodIndex.of([pod("a")])
    index.put(reserved(pod("a", gated=False), kw(1)))
    assert index.use("n1").units == 1 and not list(index.waiting())
    index.drop("uid-a")
    index.drop("uid-a")
    assert not index.pods() and not list(index.nodes()) and not list(index.in_namespace("default"))


def test_pods_are_found_by_what_they_are() -> None:
    index = PodIndex.of([replace(pod("a"), pool="default/chat"), replace(pod("b", node="n1"), doubt="?")])
    assert [found.name for found in index.in_pool("default/chat")] == ["a"]
    assert [found.name for found in index.doubtful()] == ["b"]
    assert [found.name for found in index.on_node("n1")] == ["b"]
