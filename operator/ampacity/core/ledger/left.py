"""Places that pods left: the pod is gone, and its replacement should find its watts there.

A restart, a rollout or an eviction replaces one pod by another. Between the two
nobody has the place, and whoever waits longest would get it. So what a pod
leaves becomes a hold of its controller, before anything else is planned.

A scale-down looks the same from afar, and a replacement may have got a place
elsewhere before the old pod was gone. Hence the count: a controller is *owed*
as many places as it had when the first of those pods began to leave, less those
that its pods have now. Never more holds come of it than pods have left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ampacity.core.ledger.fence import MAX_ENTRIES, MAX_HOLDS
from ampacity.core.ledger.holds import LEFT, reserved_by_controller
from ampacity.core.ledger.model import Hold, Ledger
from ampacity.core.load import Load
from ampacity.core.snapshot import Resources
from ampacity.core.workload import Workload

MAX_LEFT = MAX_HOLDS // 2
"""No more places are kept than this many: new replicas of pools need holds too."""

_OF_POOL = "pool/"


@dataclass(frozen=True, slots=True)
class Left:
    """A place whose pod is gone. `name`: "namespace/name" of that pod; `of_pool`: it was a replica of a
    pool, so that how many places its controller is due is known and need not be guessed."""

    uid: str
    name: str
    controller: str
    node: str
    site: str
    rack: str
    profile: str
    units: int
    load: Load
    requests: Resources
    of_pool: bool = False
    workload: Workload | None = None

    @property
    def key(self) -> str:
        """The same for every hold that could be made of this place."""
        return f"{_OF_POOL if self.of_pool else LEFT}{self.name}/{self.uid}"


def keep(ledger: Ledger, left: Iterable[Left], owed: Mapping[str, int], at: int) -> Ledger:
    """The ledger with a hold for each place that its controller is owed, oldest departure first.

    `owed`: by controller, how many places it had before less those its pods have now; what the ledger
    reserves for it already comes off that. Places of pools are all kept: see `release`.
    """
    known = {hold.key for hold in ledger.holds} | {entry.hold for entry in ledger.fence}
    room = Counter(owed)
    room.subtract(reserved_by_controller(ledger))
    kept = sum(bool(leaver(hold)) for hold in ledger.holds)
    free = min(MAX_LEFT - kept, MAX_ENTRIES - len(ledger.holds) - len(ledger.fence))
    made: list[Hold] = []
    for place in left:
        if len(made) >= free:
            break
        if place.key in known or not (place.of_pool or room[place.controller] > 0):
            continue
        room[place.controller] -= 1
        known.add(place.key)
        made.append(_hold(place, at))
    return replace(ledger, holds=(*ledger.holds, *made)) if made else ledger


def leaver(hold: Hold) -> str:
    """The name ("namespace/name") of the pod that left this place; "" if the hold came about otherwise.

    A StatefulSet's pod comes back under its name, and perhaps to a volume of just that node.
    """
    parts = hold.key.split("/")
    return "/".join(parts[1:3]) if len(parts) == 4 else ""


def _hold(place: Left, at: int) -> Hold:
    return Hold(
        place.key, place.controller, place.node, place.site, place.rack, place.profile,
        place.units, place.load, place.requests, at, place.workload,
    )  # fmt: skip
