"""The one place where distribution calls HiGHS: minimise over 0 <= x <= upper with rows <= most.

A `Session` keeps its model, so that the next objective starts from the last optimum. One thread and a fixed
seed: the same program gives the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_OPTIONS: tuple[tuple[str, bool | int | float | str], ...] = (
    ("output_flag", False),
    ("threads", 1),
    ("random_seed", 0),
    ("mip_abs_gap", 1e-7),
    ("mip_feasibility_tolerance", 1e-9),
    ("primal_feasibility_tolerance", 1e-9),
)
# What our programs over fractions need least of: both halve the time and change no optimum.
_PLAIN = (("presolve", "off"), ("dual_simplex_cost_perturbation_multiplier", 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """`upper` [columns]; `most` [rows]; entries `row`, `column`, `value`; `whole` [columns]: integers."""

    upper: Floats
    most: Floats
    row: Ints
    column: Ints
    value: Floats
    whole: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The best x, what it costs, and the price of each row (LPs only; at most 0)."""

    x: Floats
    cost: float
    price: Floats


class Session:
    """A model that is solved for one objective after the other."""

    def __init__(self, model: Model, *, relaxed: bool, nodes: int = 0) -> None:
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (*_OPTIONS, ("mip_max_nodes", nodes), ("mip_rel_gap", 0.0)):
            self._highs.setOptionValue(name, value)
        for name, value in _PLAIN if relaxed else ():
            self._highs.setOptionValue(name, value)
        self._columns = len(model.upper)
        self._highs.passModel(_program(model, relaxed))

    def minimise(self, cost: Floats) -> Answer | None:
        """The optimum (of integers: the best found); None if there is none."""
        self._highs.changeColsCost(self._columns, np.arange(self._columns, dtype=np.int32), cost)
        self._highs.run()
        solution, info = self._highs.getSolution(), self._highs.getInfo()
        if not solution.value_valid:
            return None
        return Answer(
            np.array(solution.col_value), info.objective_function_value, np.array(solution.row_dual)
        )

    def require(self, coefs: Floats, most: float) -> None:
        """From now on sum(coefs * x) <= most."""
        columns = np.flatnonzero(coefs).astype(np.int32)
        self._highs.addRow(-highspy.kHighsInf, most, len(columns), columns, coefs[columns])


def _program(model: Model, relaxed: bool) -> highspy.HighsLp:
    program = highspy.HighsLp()
    columns, rows = len(model.upper), len(model.most)
    program.num_col_, program.num_row_ = columns, rows
    program.col_cost_ = np.zeros(columns)
    program.col_lower_, program.col_upper_ = np.zeros(columns), model.upper
    program.row_lower_, program.row_upper_ = np.full(rows, -highspy.kHighsInf), model.most
    order = np.lexsort((model.row, model.column))
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.searchsorted(model.column[order], np.arange(columns + 1)).astype(np.int32)
    program.a_matrix_.index_ = model.row[order].astype(np.int32)
    program.a_matrix_.value_ = model.value[order]
    if not relaxed:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        program.integrality_ = [kinds[whole] for whole in model.whole.astype(int).tolist()]
    return program
