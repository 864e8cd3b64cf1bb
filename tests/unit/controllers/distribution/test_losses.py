"""When a silent site is lost, and when it is used again."""

from __future__ import annotations

from ampacity.controllers.distribution.losses import Losses

BOTH = {"north", "south"}


def test_a_silent_site_is_lost_after_a_while() -> None:
    losses = Losses(60)
    assert losses.look(BOTH, BOTH, 0) == {}
    assert losses.look(BOTH, {"south"}, 10) == {}
    assert losses.due(10) == 60
    assert losses.look(BOTH, {"south"}, 69) == {}
    assert losses.look(BOTH, {"south"}, 70) == {"north": "none of its nodes has answered for 60 s"}
    assert losses.due(70) is None


def test_one_that_answers_in_between_has_its_full_time_again() -> None:
    losses = Losses(60)
    for now, answering in ((0, {"south"}), (50, BOTH), (51, {"south"})):
        assert losses.look(BOTH, answering, now) == {}
    assert losses.look(BOTH, {"south"}, 110) == {}
    assert set(losses.look(BOTH, {"south"}, 111)) == {"north"}


def test_a_lost_site_is_used_again_once_it_has_answered_for_a_sixth_of_that_time() -> None:
    losses = Losses(60)
    losses.look(BOTH, {"south"}, 0)
    losses.look(BOTH, {"south"}, 60)
    assert losses.look(BOTH, BOTH, 100) == {"north": "it was lost, and has answered for less than 10 s"}
    assert losses.due(100) == 10
    assert set(losses.look(BOTH, {"south"}, 105)) == {"north"}, "silent again: it begins anew"
    assert set(losses.look(BOTH, BOTH, 106)) == {"north"}
    assert set(losses.look(BOTH, BOTH, 115)) == {"north"}
    assert losses.look(BOTH, BOTH, 116) == {}


def test_a_site_without_nodes_is_not_lost() -> None:
    losses = Losses(60)
    losses.look(BOTH, {"south"}, 0)
    losses.look(BOTH, {"south"}, 60)
    assert losses.look({"south"}, {"south"}, 61) == {}


def test_a_new_term_knows_of_no_silence() -> None:
    losses = Losses(60)
    losses.look(BOTH, {"south"}, 0)
    losses.begin()
    assert losses.look(BOTH, {"south"}, 60) == {}
