"""Where operators are killed: on both sides of every request of the grant path, and at random moments.

The order matters where one death prepares the next: a pod is in doubt after a
death between the announcement and the answer to its grant.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.crash.ends import End, When
from tests.crash.kinds import BIND, GRANT, KINDS, READ_LEDGER, RENEW_LEASE, WRITE_LEDGER

BEFORE, AFTER = When
_CREATE, _DOUBT = "create the ledger", "change a pod in doubt"
_RANDOM = 10
_LONGEST_S = 2.5
_TAKEN, _ANNOUNCED, _NEXT = 1, 2, 3
"""Writes of the ledger: the first takes it over, those after it announce."""


def ends() -> list[End]:
    """All of them, in order."""
    return [*_ledger(), *_grants(), *_everything_else(), *_any_moment()]


def _ledger() -> Iterator[End]:
    yield End(_CREATE, BEFORE)
    yield End(_CREATE, AFTER)
    for when in When:
        yield End(READ_LEDGER, when)
        yield End(WRITE_LEDGER, when, _TAKEN)
        yield End(WRITE_LEDGER, when, _ANNOUNCED)
        yield End(WRITE_LEDGER, when, _NEXT)


def _grants() -> Iterator[End]:
    """In a burst, so that some grants of a cycle are done, some under way and some not sent."""
    for kind, numbers in ((GRANT, (1, 4)), (BIND, (1, 2))):
        for when in When:
            for nth in numbers:
                yield End(kind, when, nth)
    announced = End(WRITE_LEDGER, AFTER, _ANNOUNCED)
    for when in When:
        yield announced
        yield End(_DOUBT, when, prepared_by=announced)


def _everything_else() -> Iterator[End]:
    done = {_CREATE, READ_LEDGER, WRITE_LEDGER, GRANT, BIND, _DOUBT}
    for kind in KINDS:
        if kind.name not in done:
            yield from (End(kind.name, when, 2 if kind.name == RENEW_LEASE else 1) for when in When)


def _any_moment() -> Iterator[End]:
    moments = random.Random(4)
    for _ in range(_RANDOM):
        yield End(seconds=moments.uniform(0, _LONGEST_S))
