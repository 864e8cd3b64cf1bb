"""Taking over: nothing is planned before everything was looked at anew, whatever fails on the way."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ampacity.cluster.errors import ApiError
from ampacity.controllers.leading import Leading
from ampacity.controllers.metrics import Metrics
from ampacity.controllers.placement import Placement
from ampacity.controllers.tools import Tools
from ampacity.controllers.trigger import Trigger

WRITTEN = "4711"


class Keeper:
    """The ledger is ours as soon as it is written."""

    in_office = False

    async def take_over(self) -> str:
        self.in_office = True
        return WRITTEN


class Caches:
    """Lists that fail `failures` times first."""

    def __init__(self, failures: int) -> None:
        self.failures, self.floors = failures, list[str]()

    async def fresh(self, floor: str) -> None:
        self.floors.append(floor)
        if self.failures:
            self.failures -= 1
            raise ApiError(500, "InternalError", "the list failed")

    def recall(self, found: object) -> None:
        assert found == "accepted generations"


class Revisions:
    """Records that fail to load `failures` times first."""

    def __init__(self, failures: int) -> None:
        self.failures = failures

    async def load(self) -> str:
        if self.failures:
            self.failures -= 1
            raise ApiError(500, "InternalError", "the list failed")
        return "accepted generations"


class Distributor:
    """What an earlier term of office decided is forgotten."""

    begun = False

    def begin(self) -> None:
        self.begun = True


@pytest.mark.parametrize(("lists", "records"), [(1, 0), (0, 1)])
def test_it_is_in_office_only_once_it_has_looked_at_everything(lists: int, records: int) -> None:
    caches = Caches(lists)
    distributor = Distributor()
    tools: Any = SimpleNamespace(
        keeper=Keeper(), caches=caches, revisions=Revisions(records), distributor=distributor
    )
    placement = Placement(cast(Tools, tools))
    with pytest.raises(ApiError):
        asyncio.run(placement.take_over())
    assert not placement.in_office
    asyncio.run(placement.take_over())
    assert placement.in_office and distributor.begun
    assert caches.floors == [WRITTEN] * 2


class Nobody:
    """A Lease that is never ours."""

    leading = False

    async def wait_leading(self) -> None:
        await asyncio.Event().wait()


class Unreadable:
    """What is known cannot be read; after the second look it is time to stop."""

    def __init__(self) -> None:
        self.looks, self.enough = 0, lambda: None

    in_office = False

    async def stand_by(self) -> None:
        self.looks += 1
        if self.looks == 2:
            self.enough()
        raise KeyError("spec")

    def stop(self) -> None:
        """Nothing is under way."""


def test_a_standby_that_cannot_read_what_is_there_goes_on_standing_by(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def two_looks() -> int:
        placement = Unreadable()
        leading = Leading(
            cast(Any, Nobody()), cast(Any, placement), Trigger(0.0, 1.0), Metrics(), cast(Any, None), print
        )
        placement.enough = leading.stop
        async with asyncio.timeout(10):
            await leading.run()
        return placement.looks

    assert asyncio.run(two_looks()) == 2
    assert "standing by" in caplog.text
