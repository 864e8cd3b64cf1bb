"""What to change when the placer says no.

The program bounds what fits; the placer decides. Where it places fewer than asked, the site gets one more
limit: over the footprints that share hardware with those left waiting, replicas weighed by their power may
not sum to more than what was placed just now. That

- excludes the distribution that failed, and every other that asks for as much of these;
- admits the part of it that was placed, so a round never costs more than what the placer could not do;
- ends: all figures are whole, and each cut of a site lowers its limit over the same footprints by at least
  one; there are finitely many sets of footprints.

It may also exclude a mix that would have fitted (fewer of one shape, more of another of the same watts). That
is the price for a linear cut, and it is paid only where the placer failed.
"""

from __future__ import annotations

import numpy as np

from ampacity.core.distribution.model import Limit
from ampacity.core.distribution.room import Ints, Room


def cut(room: Room, counts: Ints, placed: Ints) -> Room:
    """The room with a limit more at every site where fewer were `placed` than `counts` [berths]."""
    short = np.flatnonzero(placed < counts).tolist()
    for site in sorted({room.berths[berth][0] for berth in short}):
        here = [berth for berth in short if room.berths[berth][0] == site]
        room = room.limited(site, _limit(room, _sharing(room, here), placed))
    return room


def _sharing(room: Room, berths: list[int]) -> Ints:
    """These berths and those that share a limit with them that is not one of power."""
    hardware = np.array([limit.unit == 0 for _, limit in room.limits], np.bool_)
    own = np.isin(room.berth, berths) & hardware[room.limit]
    others = np.isin(room.limit, room.limit[own])
    return np.union1d(np.array(berths, np.int64), room.berth[others])


def _limit(room: Room, berths: Ints, placed: Ints) -> Limit:
    weights = {berth: max(1, room.berths[berth][1].power) for berth in berths.tolist()}
    coefs = tuple([(room.berths[berth][1].footprint, weight) for berth, weight in weights.items()])
    most = sum(weight * int(placed[berth]) for berth, weight in weights.items())
    return Limit("what the planner finds places for", most, coefs, derived=True)
