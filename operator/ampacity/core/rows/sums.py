"""Sparse row sums in 64-bit integers that cannot wrap."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

FULL = 2**62  # nW; more than any capacity, and adding one rack to it still fits in 64 bits.

Ints = npt.NDArray[np.int64]


def bounded(nanowatts: Iterable[int]) -> Ints:
    """Whole numbers as 64-bit ones, cut off at plus and minus FULL."""
    return np.array([max(-FULL, min(FULL, value)) for value in nanowatts], dtype=np.int64)


def sum_rows(rows: Ints, coefs: Ints, parts: Ints, count: int) -> Ints:
    """Per row, the sum of coefs . parts over its entries: nW for ppm and mW.

    `rows` (nnz), `coefs` and `parts` (nnz x 3). A sum of more than 4.6 GW is
    a wrong figure somewhere; it counts as FULL, on which nothing fits.
    """
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, rows, np.einsum("ij,ij->i", coefs, parts))
    sizes = np.einsum("ij,ij->i", coefs.astype(np.float64), parts.astype(np.float64))
    rough = np.bincount(rows, weights=sizes, minlength=count)
    return np.where(rough >= FULL, FULL, sums)
