"""No class over its share, and nobody in what is kept for another, whoever comes in whatever order."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from hypothesis import HealthCheck, given, settings

from ampacity.core.placement import plan
from ampacity.core.plan import Reason
from ampacity.core.snapshot import Snapshot
from ampacity.core.workload import Workload
from tests.builders.fleet import after
from tests.properties.shares.halls import mixed_work
from tests.properties.shares.oracle import drawn, everything_else

MANY = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@MANY
@given(mixed_work())
def test_no_class_grows_beyond_its_share(before: Snapshot) -> None:
    end = after(before, plan(before))
    for share in before.sites["hall"].rows.site.shares:
        now, then = drawn(end, "hall", share.workload), drawn(before, "hall", share.workload)
        granted = _grew(before, end, share.workload)
        assert share.at_most is None or not granted or now <= share.at_most, (now, then)


@MANY
@given(mixed_work())
def test_nobody_takes_what_is_kept_for_others(before: Snapshot) -> None:
    """Of every group of classes with something kept: what is left for them is still theirs."""
    end, view = after(before, plan(before)), before.sites["hall"]
    kept = [share for share in view.rows.site.shares if share.at_least]
    for count in range(1, len(kept) + 1):
        for group in combinations(kept, count):
            kinds = {share.workload for share in group}
            most = max(0, view.rows.together - sum(share.at_least for share in group))
            others = set(Workload) - kinds
            if any(_grew(before, end, kind) for kind in others):
                assert everything_else(end, "hall", kinds) <= most


@MANY
@given(mixed_work())
def test_what_is_refused_does_not_fit_and_says_which_share_is_short(before: Snapshot) -> None:
    """A refusal for a share names one of the site, and how much it lacks."""
    for refusal in plan(before).refusals:
        if refusal.reason is Reason.SHARE:
            short = refusal.sites[0].shortfall
            assert short is not None and short.short > 0 and "short by" in refusal.sentence
            assert refusal.waiter.shape.workload in _named(refusal.sentence)


@MANY
@given(mixed_work())
def test_shares_only_ever_take_away(before: Snapshot) -> None:
    """Without them each class alone gets no fewer GPUs."""
    site = before.sites["hall"].rows
    free = replace(before, sites={"hall": replace(before.sites["hall"], rows=replace(site, shares=()))})
    for kind in Workload:
        alone = tuple([one for one in before.waiters if one.shape.workload is kind][:1] * 30)
        same = tuple([replace(one, uid=f"{n:02}") for n, one in enumerate(alone)])
        bound, unbound = (plan(replace(one, waiters=same)) for one in (before, free))
        assert len(bound.grants) <= len(unbound.grants)


def _grew(before: Snapshot, end: Snapshot, kind: Workload) -> bool:
    return _units(end, kind) > _units(before, kind)


def _units(snapshot: Snapshot, kind: Workload) -> int:
    return sum(units for node in snapshot.nodes for one, units in node.work if one is kind)


def _named(sentence: str) -> set[Workload]:
    """Classes that a sentence about a share may be told to: the one named, or all that are not."""
    said = {kind for kind in Workload if str(kind) in sentence}
    return said if "share of" in sentence else set(Workload) - said


def test_the_oracle_counts_what_a_hand_would() -> None:
    """Of two servers of 2 kW idle and 1 kW a GPU, one with 4 GPUs in training and 2 in inference."""
    from tests.builders.fleet import node, snapshot

    busy = node("n1", "r1", used=6, work=((Workload.TRAINING, 4), (Workload.INFERENCE, 2)))
    view = snapshot([busy, node("n2", "r2")], [])
    assert drawn(view, "hall", Workload.INFERENCE) == Fraction(2_500_000)
    assert everything_else(view, "hall", {Workload.TRAINING}) == 2_000_000 * 2 + 2_000_000
