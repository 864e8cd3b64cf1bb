"""What a site's racks can draw together: its capacity, less all base loads.

All racks grow evenly from nothing, until a row stops those that hang on it; the others grow on, until none
is left. What a rack with a loop draws heats its loop, of others the room. Each figure reached is one that
all rows of all states carry, so nothing is ever kept out of more than there is. Where the rows form a
tree (each a limit on the sum of some racks), no other way to fill them reaches more.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ampacity.core.rows.sums import Ints
from ampacity.core.site import Site

_ROUNDS = 100  # one stops at least one row; a site with more kinds of racks is understated a little
_WATT = 1000
_ROUNDING = 1e-3  # mW, what floating point may have lost of a whole watt

Floats = npt.NDArray[np.float64]


def capacity(site: Site, capacities: Ints, indptr: Ints, entry_rows: Ints, entry_coefs: Ints) -> int:
    """mW, whole watts. The arrays are those of `SiteRows`."""
    wet = np.array([bool(rack.liquid) for rack in site.racks], np.bool_)
    owner = np.repeat(np.arange(len(site.racks)), np.diff(indptr))
    heat = np.where(wet[owner], entry_coefs[:, 2], entry_coefs[:, 1])
    each = (entry_coefs[:, 0] + heat).astype(np.float64)
    left = np.maximum(capacities, 0).astype(np.float64)
    drawn = _grow(each, owner, entry_rows, left, len(site.racks))
    return int((drawn.sum() + _ROUNDING) // _WATT) * _WATT


def _grow(each: Floats, owner: Ints, row: Ints, left: Floats, racks: int) -> Floats:
    """mW per rack. `each`: nW that a milliwatt of the entry's rack adds to its row."""
    drawn, growing = np.zeros(racks), np.bincount(owner[each > 0], minlength=racks) > 0
    tolerance = left * 1e-12
    for _ in range(_ROUNDS):
        rate = np.bincount(row, weights=each * growing[owner], minlength=len(left))
        moving = rate > 0
        if not moving.any():
            break
        step = float((left[moving] / rate[moving]).min())
        drawn += step * growing
        left = np.maximum(left - step * rate, 0)
        full = moving & (left <= tolerance)
        growing[owner[full[row] & (each > 0)]] = False
    return drawn
