"""Every limit is a row: `sum(coefficient * milliwatts) <= capacity`.

A rack's sparse column names the rows it touches. Redundancy, cooling, cords
and meters are not special cases, only more rows. Read in this order: `model`,
`graph`, `states`, `flow`, `sources`, `limits`, `local`, `dominate`, `shares`, `build`,
`system` (the question), `shortfall` (the answer), `status`.
"""

from ampacity.core.rows.build import build
from ampacity.core.rows.model import (
    Column,
    Entry,
    FailureEffect,
    RackContents,
    Row,
    RowKind,
    RowStatus,
)
from ampacity.core.rows.shares import ShareRow
from ampacity.core.rows.shortfall import Shortfall, failing
from ampacity.core.rows.system import SiteRows

__all__ = [
    "Column",
    "Entry",
    "FailureEffect",
    "RackContents",
    "Row",
    "RowKind",
    "RowStatus",
    "ShareRow",
    "Shortfall",
    "SiteRows",
    "build",
    "failing",
]
