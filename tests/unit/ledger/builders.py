"""Valid-by-default grants and waiters for ledger tests."""

from __future__ import annotations

from ampacity.core.ledger import Ledger
from ampacity.core.load import Load
from ampacity.core.plan import Grant
from ampacity.core.snapshot import Resources, Shape, Waiter

AT = 1_700_000_000
SHAPE = Shape("default", Resources(extended=(("nvidia.com/gpu", 1),)), 1)


def waiter(uid: str = "pod-1", version: str = "10", hold: str | None = None, controller: str = "c") -> Waiter:
    return Waiter(uid, f"default/{uid}", SHAPE, controller=controller, resource_version=version, hold=hold)


def grant(of: Waiter | None = None, node: str = "n1", watts: int = 700_000) -> Grant:
    of = of or waiter()
    return Grant(of, node, "par1", "r1", "h100", Load(watts, watts), 3, held=of.hold == node)


def replica(index: int = 0, controller: str = "c") -> Waiter:
    return waiter(f"replica/default/chat/{index}", "", controller=controller)


def led(epoch: int = 1) -> Ledger:
    return Ledger(epoch=epoch, sequence=4, writer="a")
