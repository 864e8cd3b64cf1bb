"""Places that pods leave, over any course of events: never more held than left, nothing held for good.

A controller's pods come, leave slowly or at once, and come back; a ledger like the operator's takes what
they left, gives it to those that wait, and drops what nobody takes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ampacity.controllers.standing import Change, Standing
from ampacity.controllers.untaken import Untaken
from ampacity.core.ledger import LEFT, Ledger, keep, reserved_by_controller, without_holds
from ampacity.translate.ledger.left import left_by
from ampacity.translate.records import PodRecord
from tests.builders.kube import pod
from tests.builders.world import reserved

HOLD = 60
CONTROLLERS = ("web", "db")


def placed(number: int, controller: str) -> PodRecord:
    return reserved(pod(f"{controller}-{number}", node="n1", owner=("StatefulSet", controller)), 1)


class Places(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.made = 0
        self.pods: dict[str, PodRecord] = {}
        self.changes: list[Change] = []
        self.standing, self.untaken, self.ledger = Standing(HOLD), Untaken(HOLD), Ledger()
        self.gone: Counter[str] = Counter()
        self.kept: Counter[str] = Counter()
        self.peak: Counter[str] = Counter()
        self.held_since: dict[str, float] = {}

    def live(self, controller: str) -> int:
        key = f"StatefulSet/default/{controller}"
        return sum(p.controller == key and not p.terminating for p in self.pods.values())

    @rule(controller=st.sampled_from(CONTROLLERS))
    def starts(self, controller: str) -> None:
        """A new pod of the controller gets a place, out of a hold where there is one."""
        new = placed(self.made, controller)
        self.made += 1
        own = [hold for hold in self.ledger.holds if hold.controller == new.controller]
        self.ledger = without_holds(self.ledger, own[:1])
        self.change(None, new)

    @precondition(lambda self: self.pods)
    @rule(data=st.data(), slowly=st.booleans())
    def goes(self, data: st.DataObject, slowly: bool) -> None:
        """A pod begins to leave, or is gone."""
        old = self.pods[data.draw(st.sampled_from(sorted(self.pods)))]
        if slowly and not old.terminating:
            self.change(old, replace(old, terminating=True))
        else:
            self.change(old, None)

    def change(self, old: PodRecord | None, new: PodRecord | None) -> None:
        known = new or old
        assert known is not None
        self.changes.append((old, new))
        if new is None:
            del self.pods[known.uid]
            self.gone[known.controller] += 1
        else:
            self.pods[known.uid] = new

    @rule(passed=st.sampled_from([0, 1, 30, HOLD]))
    def cycle(self, passed: float) -> None:
        """What the operator does between two plans."""
        self.now += passed
        self.standing.follow(self.merged(), self.now)
        for controller in CONTROLLERS:
            key = f"StatefulSet/default/{controller}"
            self.peak[key] = max(self.peak[key], self.live(controller))
        left, before = self.standing.left, {hold.key for hold in self.ledger.holds}
        kept = keep(self.ledger, [left_by(gone) for gone in left], self.standing.owed, 0)
        self.kept.update(hold.controller for hold in kept.holds if hold.key not in before)
        self.ledger = self.untaken.drop(kept, self.now)
        self.standing.dealt_with(left, reserved_by_controller(self.ledger))
        standing = {hold.key for hold in self.ledger.holds}
        self.held_since = {key: self.held_since.get(key, self.now) for key in standing}

    def merged(self) -> list[Change]:
        """Of several changes of one pod, the journal tells the first state and the last."""
        first: dict[str, PodRecord | None] = {}
        last: dict[str, PodRecord | None] = {}
        for old, new in self.changes:
            uid = (new or old).uid  # type: ignore[union-attr]
            first.setdefault(uid, old)
            last[uid] = new
        self.changes.clear()
        return [(first[uid], last[uid]) for uid in first if first[uid] or last[uid]]

    @invariant()
    def no_more_is_ever_held_than_was_left(self) -> None:
        assert all(self.kept[key] <= self.gone[key] for key in self.kept)

    @invariant()
    def every_hold_is_of_one_pod_that_is_gone(self) -> None:
        keys = [hold.key for hold in self.ledger.holds]
        assert len(set(keys)) == len(keys)
        assert all(key.startswith(LEFT) and key.split("/")[3] not in self.pods for key in keys)

    @invariant()
    def holds_and_pods_are_never_more_than_the_controller_had(self) -> None:
        if not self.changes:
            held = Counter(hold.controller for hold in self.ledger.holds)
            for controller in CONTROLLERS:
                key = f"StatefulSet/default/{controller}"
                assert not held[key] or held[key] + self.live(controller) <= self.peak[key]

    @invariant()
    def nothing_is_held_for_longer_than_its_time(self) -> None:
        assert all(self.now - since < HOLD for since in self.held_since.values())

    def teardown(self) -> None:
        """When everything stands still, nothing stays held."""
        self.cycle(0)
        self.cycle(HOLD)
        assert self.ledger.holds == () and self.standing.left == () and self.standing.owed == {}


TestPlaces = Places.TestCase
TestPlaces.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
