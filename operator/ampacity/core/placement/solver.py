"""The one place that calls HiGHS: a small integer program, solved and then checked in exact integers.

maximise sum(gain * x) over integers 0 <= x <= upper, where sum(coefficient * x) <= limit for each row.

HiGHS computes in floating point with a tolerance, while our rows have none. So each row is first divided
by the common divisor of its coefficients (rows of equal loads become small counts), then scaled to 1; what
comes back is rounded and summed in Python's integers, and a row found over is tightened by what it was
over and the program solved again. One thread and a fixed seed: the same program gives the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor, gcd

import highspy
import numpy as np

_TOLERANCE = 1e-9
_SLACK = 1e-4
_TRIES = 4
_OPTIONS: tuple[tuple[str, bool | int | float], ...] = (
    ("output_flag", False),
    ("threads", 1),
    ("random_seed", 0),
    ("mip_abs_gap", 0.5),
    ("mip_feasibility_tolerance", _TOLERANCE),
    ("primal_feasibility_tolerance", _TOLERANCE),
)


@dataclass(frozen=True, slots=True)
class Limit:
    """sum(coefs[i] * x[columns[i]]) <= most; exact integers, no coefficient 0. Without columns: no limit."""

    columns: tuple[int, ...]
    coefs: tuple[int, ...]
    most: int


@dataclass(frozen=True, slots=True)
class Effort:
    """When to stop: after so many branch-and-bound nodes, or this close to the best possible (0: exactly)."""

    nodes: int
    gap: float


def maximise(
    gains: Sequence[int], upper: Sequence[int], limits: Sequence[Limit], effort: Effort
) -> list[int] | None:
    """The best x found with that effort; None if none was found that holds exactly."""
    reduced = [_reduced(limit) for limit in limits if limit.columns]
    tightened = [limit.most for limit in reduced]
    for _ in range(_TRIES):
        found = _solve(gains, upper, reduced, tightened, effort)
        if found is None:
            return None
        over = [_sum(limit, found) - limit.most for limit in reduced]
        if max(over, default=0) <= 0:
            return found
        tightened = [most - max(0, excess) for most, excess in zip(tightened, over, strict=True)]
    return None


def bound(gains: Sequence[int], upper: Sequence[int], limits: Sequence[Limit]) -> int:
    """No integer solution gains more than this: the optimum over fractions, rounded down with some slack."""
    reduced = [_reduced(limit) for limit in limits if limit.columns]
    program = _program(gains, upper, reduced, [limit.most for limit in reduced])
    highs = _run(program, ())
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return sum(gain * most for gain, most in zip(gains, upper, strict=True))
    return floor(highs.getObjectiveValue() + _SLACK)


def _reduced(limit: Limit) -> Limit:
    """The same set of integer points with the smallest figures that say so."""
    divisor = gcd(*limit.coefs)
    return Limit(limit.columns, tuple([coef // divisor for coef in limit.coefs]), limit.most // divisor)


def _sum(limit: Limit, x: Sequence[int]) -> int:
    return sum(coef * x[column] for column, coef in zip(limit.columns, limit.coefs, strict=True))


def _solve(
    gains: Sequence[int], upper: Sequence[int], limits: Sequence[Limit], most: Sequence[int], effort: Effort
) -> list[int] | None:
    program = _program(gains, upper, limits, most)
    program.integrality_ = [highspy.HighsVarType.kInteger] * len(gains)
    solution = _run(program, (("mip_max_nodes", effort.nodes), ("mip_rel_gap", effort.gap))).getSolution()
    if not solution.value_valid:
        return None
    return [min(top, max(0, round(value))) for value, top in zip(solution.col_value, upper, strict=True)]


def _program(
    gains: Sequence[int], upper: Sequence[int], limits: Sequence[Limit], most: Sequence[int]
) -> highspy.HighsLp:
    """The program over fractions. Rows are scaled so that their largest coefficient is 1."""
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(gains), len(limits)
    program.sense_ = highspy.ObjSense.kMaximize
    program.col_cost_ = np.array(gains, np.float64)
    program.col_lower_, program.col_upper_ = np.zeros(len(gains)), np.array(upper, np.float64)
    scales = [max(map(abs, limit.coefs)) for limit in limits]
    program.row_lower_ = np.full(len(limits), -highspy.kHighsInf)
    program.row_upper_ = np.array([m / scale for m, scale in zip(most, scales, strict=True)])
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.cumsum([0, *(len(limit.columns) for limit in limits)])
    program.a_matrix_.index_ = np.array([c for limit in limits for c in limit.columns], np.int32)
    program.a_matrix_.value_ = np.array(
        [coef / scale for limit, scale in zip(limits, scales, strict=True) for coef in limit.coefs]
    )
    return program


def _run(program: highspy.HighsLp, options: Iterable[tuple[str, int | float]]) -> highspy.Highs:
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (*_OPTIONS, *options):
        highs.setOptionValue(name, value)
    highs.passModel(program)
    highs.run()
    return highs
