from dataclasses import dataclass

from ampacity.cluster.store import Store


@dataclass(frozen=True)
class Thing:
    uid: str
    resource_version: str
    value: int = 0


def store(*things: Thing) -> tuple[Store[Thing], list[tuple[Thing | None, Thing | None]]]:
    told: list[tuple[Thing | None, Thing | None]] = []
    made = Store[Thing](lambda old, new: told.append((old, new)))
    for thing in things:
        made.put(thing)
    told.clear()
    return made, told


A9, A10, B10 = Thing("a", "9"), Thing("a", "10"), Thing("b", "10")


def test_news_are_taken_by_version_not_by_arrival() -> None:
    known, told = store(A10)
    assert not known.put(A9)
    assert not known.put(Thing("a", "10", 5))
    assert known.put(Thing("a", "11"))
    assert told == [(A10, Thing("a", "11"))]


def test_an_answer_does_not_bring_back_what_is_gone() -> None:
    known, _ = store(A9)
    assert known.observe(A10)
    known.remove("a")
    assert not known.observe(Thing("a", "12"))
    assert not known.objects


def test_what_a_complete_list_lacks_is_gone() -> None:
    known, told = store(A9, B10)
    known.replace([B10], "20")
    assert told == [(A9, None)]


def test_what_was_learned_after_the_list_was_taken_stays() -> None:
    known, _ = store(Thing("late", "30"), A9)
    known.observe(Thing("a", "31"))
    known.replace([A9], "25")
    assert known.get("late") == Thing("late", "30")
    assert known.get("a") == Thing("a", "31")


def test_what_the_list_has_but_nobody_can_read_stays() -> None:
    known, told = store(A9)
    known.replace([], "20", keep=["a"])
    assert known.get("a") == A9 and not told


def test_revise_tells_only_what_became_different() -> None:
    known, told = store(A9, B10)
    known.revise(lambda thing: Thing("a", "9", 7) if thing.uid == "a" else thing)
    assert told == [(A9, Thing("a", "9", 7))]
