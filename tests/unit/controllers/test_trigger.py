"""When a cycle is due."""

from __future__ import annotations

import asyncio

from ampacity.controllers.trigger import Trigger


async def count_cycles(trigger: Trigger, cycles: list[int]) -> None:
    while True:
        await trigger.wait()
        cycles.append(1)


def test_a_burst_is_one_cycle() -> None:
    async def scenario() -> int:
        trigger, cycles = Trigger(0.02, 60), list[int]()
        task = asyncio.create_task(count_cycles(trigger, cycles))
        for _ in range(50):
            trigger.wake()
            await asyncio.sleep(0)
        await asyncio.sleep(0.1)
        task.cancel()
        return len(cycles)

    assert asyncio.run(scenario()) == 1


def test_what_comes_while_a_cycle_runs_is_another_one() -> None:
    async def scenario() -> None:
        trigger = Trigger(0, 60)
        trigger.wake()
        await trigger.wait()
        trigger.wake()
        async with asyncio.timeout(5):
            await trigger.wait()

    asyncio.run(scenario())


def test_a_cycle_comes_now_and_then_in_any_case() -> None:
    async def scenario() -> None:
        async with asyncio.timeout(5):
            await Trigger(0, 0.01).wait()

    asyncio.run(scenario())
