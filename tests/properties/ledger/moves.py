"""Everything that may happen next: one process takes a step, or the world does."""

from __future__ import annotations

from tests.properties.ledger import server
from tests.properties.ledger.cycle import cycles, hears
from tests.properties.ledger.instance import Instance
from tests.properties.ledger.office import begins, ends, learns, lists, may_write, touches
from tests.properties.ledger.world import Phase, Steps, World


def moves(instance: Instance, world: World) -> Steps:
    """All possible next steps."""
    for number in range(instance.processes):
        yield from process_moves(instance, world, number)
    yield from server.steps(instance, world)


def process_moves(instance: Instance, world: World, number: int) -> Steps:
    """All that one process may do next."""
    phase = world.processes[number].phase
    if phase in (Phase.OUT, Phase.LISTED):
        yield from begins(instance, world, number)
        return
    yield ends(instance, world, number)
    if phase is Phase.TAKEN:
        yield lists(instance, world, number)
    elif phase is Phase.IDLE:
        yield from learns(instance, world, number)
        yield from touches(instance, world, number)
        yield from cycles(instance, world, number)
    elif may_write(instance, world, number):
        yield from hears(instance, world, number)
