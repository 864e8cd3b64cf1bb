"""Loads add part by part; a node's draw stops at its physical GPUs."""

from __future__ import annotations

from ampacity.core.load import Load, NodeDraw

DRAW = NodeDraw(
    gpus=8, fixed=Load(2000, 500, 1500), per_gpu=Load(1000, 100, 900), maximum=Load(10000, 1300, 8700))


def test_loads_add_subtract_and_multiply_part_by_part() -> None:
    assert Load(3, 2, 1) + Load(1, 1, 0) == Load(4, 3, 1)
    assert Load(3, 2, 1) - Load(1, 1, 0) == Load(2, 1, 1)
    assert Load(3, 2, 1) * 3 == Load(9, 6, 3)


def test_join_takes_the_larger_of_each_part() -> None:
    assert Load(5, 1, 4).join(Load(4, 3, 1)) == Load(5, 3, 4)


def test_an_idle_node_draws_its_fixed_load() -> None:
    assert DRAW.at(0) == DRAW.fixed


def test_each_sharer_counts_as_a_busy_gpu_until_all_are_busy() -> None:
    assert DRAW.at(3) == Load(5000, 800, 4200)
    assert DRAW.at(8) == DRAW.at(56) == DRAW.maximum
