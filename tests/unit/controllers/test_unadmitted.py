"""Pods that kubelets refuse: their templates rest, one is tried alone and elsewhere, and no place is kept."""

from __future__ import annotations

from dataclasses import replace

from ampacity.controllers.rejections import Rejected
from ampacity.controllers.retries import Split, split
from ampacity.controllers.scene import Scene
from ampacity.controllers.unadmitted import Unadmitted
from ampacity.core.ledger import Hold, Ledger
from ampacity.core.plan import Reason, Refusal
from ampacity.translate.records import PodRecord
from ampacity.translate.snapshot.usage import PodIndex
from ampacity.translate.snapshot.waiting import pod_waiter
from tests.builders.kube import pod
from tests.builders.power import kw
from tests.builders.world import hold, reserved

WHY = "OutOfcpu: Pod was rejected: too little"


def made(name: str, revision: str = "abc") -> PodRecord:
    """A waiting pod of the Deployment web."""
    labels = {"pod-template-hash": revision}
    return pod(name, owner=("ReplicaSet", f"web-{revision}"), labels=labels)


def bound(name: str, node: str = "n1", phase: str = "Pending") -> PodRecord:
    return replace(reserved(made(name), kw(3), node=node), waiting=False, bound=True, phase=phase)


def refused(name: str, node: str = "n1") -> Rejected:
    return Rejected(bound(name, node), node, WHY)


class Watch:
    """`Unadmitted` with a clock of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.unadmitted = Unadmitted(clock=lambda: self.now, wall=lambda seconds: f"in {seconds:g} s")
        self._pods: tuple[PodRecord, ...] = ()

    def at(self, now: float, *pods: PodRecord, rejected: tuple[Rejected, ...] = ()) -> Watch:
        self.now, self._pods = now, pods
        self.unadmitted.look(self._scene(rejected))
        return self

    def split(self, *pods: PodRecord, kept: Hold | None = None) -> Split:
        waiters = [pod_waiter(one, one.shape, kept) for one in pods]
        return split((self.unadmitted.retries,), self._scene(), Ledger(), waiters)

    def told(self, *pods: PodRecord) -> list[str]:
        """What those that must wait are told."""
        refusals = self.split(*pods).refused
        assert all(one.reason is Reason.BACKING_OFF for one in refusals)
        return [one.sentence for one in refusals]

    def excluded(self, *pods: PodRecord) -> list[tuple[str, ...]]:
        """The nodes that those who may be planned may not get."""
        return [term[-1].values for one in self.split(*pods).free for term in one.shape.node_terms]

    def fails(self, name: str, now: float) -> float:
        """For how long its template rests if that pod is let through at `now` and refused a second later."""
        self.at(now, made(name)).split(made(name))
        self.at(now + 1, rejected=(refused(name),))
        (sentence,) = self.at(now + 1, made("next")).told(made("next"))
        return float(sentence.rsplit(" ", 2)[-2])

    def _scene(self, rejected: tuple[Rejected, ...] = ()) -> Scene:
        index = PodIndex.of(self._pods)
        return Scene((), (), (), (), (), (), {}, index, rejected=rejected)


def test_the_next_pod_rests_and_is_told_why_and_until_when() -> None:
    watch = Watch().at(0, made("web-2"), rejected=(refused("web-1"),))
    assert watch.told(made("web-2")) == [
        f"web-1 was placed on node n1, whose kubelet refused it ({WHY}); try 2 comes after in 10 s"
    ]


def test_after_the_rest_it_goes_to_another_node() -> None:
    watch = Watch().at(0, rejected=(refused("web-1"),)).at(10, made("web-2"))
    assert watch.told(made("web-2")) == [] and watch.excluded(made("web-2")) == [("n1",)]


def test_each_try_that_fails_doubles_the_rest_up_to_five_minutes() -> None:
    watch, rests, now = Watch(), [], 0.0
    for number in range(8):
        rests.append(watch.fails(f"web-{number}", now))
        now += 1 + rests[-1]
    assert rests == [10, 20, 40, 80, 160, 300, 300, 300]


def test_pods_that_were_refused_together_count_once() -> None:
    watch = Watch().at(0, rejected=(refused("web-1", "n1"),))
    watch.at(1, made("web-3"), rejected=(refused("web-2", "n2"),))
    (sentence,) = watch.told(made("web-3"))
    assert sentence.endswith("try 2 comes after in 10 s")
    assert watch.at(10, made("web-3")).excluded(made("web-3")) == [("n1", "n2")]


def test_a_rejection_that_is_seen_by_two_cycles_counts_once() -> None:
    watch = Watch().at(0, rejected=(refused("web-1"),)).at(10, made("web-2"))
    watch.split(made("web-2"))
    for _ in range(2):
        watch.at(11, made("web-3"), rejected=(refused("web-2"),))
    (sentence,) = watch.told(made("web-3"))
    assert sentence.endswith("try 3 comes after in 20 s")


def test_while_one_is_tried_its_siblings_wait() -> None:
    watch = Watch().at(0, rejected=(refused("web-1"),)).at(10, made("web-2"), made("web-3"))
    (sentence,) = watch.told(made("web-2"), made("web-3"))
    assert sentence.endswith("another pod of its template is tried first")
    assert watch.at(15, bound("web-2"), made("web-3")).told(made("web-3")) == [sentence]


def test_once_it_runs_its_siblings_follow() -> None:
    watch = Watch().at(0, rejected=(refused("web-1"),)).at(10, made("web-2"), made("web-3"))
    watch.split(made("web-2"), made("web-3"))
    assert watch.at(11, bound("web-2", phase="Running"), made("web-3")).told(made("web-3")) == []


def test_a_kubelet_that_has_not_refused_it_for_ten_seconds_has_let_it_in() -> None:
    watch = Watch().at(0, rejected=(refused("web-1"),)).at(10, made("web-2"), made("web-3"))
    watch.split(made("web-2"), made("web-3"))
    for now, told in ((12, 1), (21, 1), (22, 0)):
        assert len(watch.at(now, bound("web-2"), made("web-3")).told(made("web-3"))) == told


def test_another_template_does_not_rest() -> None:
    watch = Watch().at(0, made("web-2", "def"), rejected=(refused("web-1"),))
    assert watch.told(made("web-2", "def")) == []


def test_its_place_is_kept_for_nobody() -> None:
    watch = Watch().at(0, rejected=(refused("web-1"),))
    assert watch.unadmitted.given_up == {"uid-web-1"}
    assert watch.at(1).unadmitted.given_up == frozenset()


def test_a_hold_on_the_node_that_refuses_is_given_up_and_another_is_not() -> None:
    watch = Watch().at(0, made("web-2"), rejected=(refused("web-1"),))
    assert [one.uid for one in watch.split(made("web-2"), kept=hold(node="n1")).released] == ["uid-web-2"]
    assert watch.split(made("web-2"), kept=hold(node="n2")).released == ()


def test_who_finds_nothing_else_may_go_back_after_the_rest() -> None:
    watch = Watch().at(0, rejected=(refused("web-1"),)).at(10, made("web-2"))
    (free,) = watch.split(made("web-2")).free
    scene = Scene((), (), (), (), (), (), {}, PodIndex.of([made("web-2")]))
    watch.unadmitted.retries.unplaced(scene, [Refusal(free, Reason.NO_MATCHING_NODE, "")])
    assert watch.excluded(made("web-2")) == []
