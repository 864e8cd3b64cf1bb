"""Events and lists of our own kinds, in any order."""

from __future__ import annotations

from typing import Any

import pytest

from ampacity.controllers.stores import Store


class Listener:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> None:
        self.calls += 1


def an_object(uid: str = "u1", version: int = 10, generation: int = 1, **status: Any) -> dict[str, Any]:
    metadata = {"uid": uid, "name": f"name-{uid}", "resourceVersion": str(version), "generation": generation}
    return {"metadata": metadata, "status": status}


def names(store: Store) -> list[str]:
    return [obj["metadata"]["uid"] for obj in store.all()]


def test_a_list_is_complete_only_once_it_was_taken() -> None:
    store = Store()
    store.see(an_object())
    assert not store.listed
    store.take_list([], "5")
    assert store.listed and names(store) == ["u1"]


def test_what_a_later_list_lacks_is_gone() -> None:
    store = Store()
    store.take_list([an_object("u1"), an_object("u2")], "20")
    store.take_list([an_object("u2")], "30")
    assert names(store) == ["u2"]


def test_a_list_cannot_bring_back_what_an_event_deleted() -> None:
    store = Store()
    store.see(an_object())
    store.see(an_object(), deleted=True)
    store.take_list([an_object()], "10")
    assert names(store) == []


def test_an_older_state_never_replaces_a_newer_one() -> None:
    store = Store()
    store.see(an_object(version=100, generation=2))
    store.see(an_object(version=99, generation=1))
    assert store.all()[0]["metadata"]["generation"] == 2


@pytest.mark.parametrize(
    ("newer", "calls"),
    [(an_object(version=11, phase="x"), 1), (an_object(version=11, generation=2), 2)],
    ids=["status only", "spec"],
)
def test_only_what_users_write_wakes_the_planner(newer: dict[str, Any], calls: int) -> None:
    listener = Listener()
    store = Store(listener)
    store.see(an_object())
    store.see(newer)
    assert listener.calls == calls


def test_a_deletion_wakes_the_planner_once() -> None:
    listener = Listener()
    store = Store(listener)
    store.see(an_object())
    store.see(an_object(), deleted=True)
    store.see(an_object(), deleted=True)
    assert listener.calls == 2
