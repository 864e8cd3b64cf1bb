"""A pool may want more replicas than anyone plans for at once: the rest come in later cycles."""

from ampacity.translate.snapshot.build import build_snapshot
from tests.builders.world import pool, world


def waiters(replicas: int | None, *wanted: int) -> int:
    pools = [pool(name=f"p{number}", replicas=count) for number, count in enumerate(wanted)]
    return len(build_snapshot(world(pools=pools), replicas=replicas).waiters)


def test_all_wait_where_nothing_is_said() -> None:
    assert waiters(None, 300, 2) == 302


def test_each_pool_has_its_part() -> None:
    assert waiters(100, 100_000) == 100
    assert waiters(100, 100_000, 100_000, 3) == 33 + 33 + 3


def test_no_pool_goes_without() -> None:
    assert waiters(2, *[50] * 5) == 5
