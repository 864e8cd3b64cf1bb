"""What a node draws: nameplate figures to loads, always rounded up."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.core.draw import NodeFigures, added, node_draw, with_gpus
from ampacity.core.load import Load, Supplies
from ampacity.core.units import MAX_POWER
from tests.builders.power import kw

B200 = NodeFigures(gpus=8, idle=kw(2.5), host=kw(1.5), maximum=kw(14.3), air_idle=kw(0.5),
                   air_maximum=kw(2.2), supplies=Supplies(6, kw(3.3)))


def test_in_an_air_rack_all_heat_goes_into_air() -> None:
    draw = node_draw(B200, liquid=False)
    assert draw.fixed == Load(kw(4), kw(4), 0)
    assert draw.maximum == Load(kw(14.3), kw(14.3), 0)


def test_in_a_liquid_rack_air_grows_from_idle_to_maximum_and_the_loop_takes_the_rest() -> None:
    draw = node_draw(B200, liquid=True)
    assert draw.maximum == Load(kw(14.3), kw(2.2), kw(12.1))
    assert draw.fixed.air == -(-(kw(0.5) * 118 + kw(1.7) * 15) // 118)
    assert kw(4) <= draw.fixed.air + draw.fixed.liquid <= kw(4) + 1


def test_host_is_charged_at_once_unless_ordinary_pods_are_kept_off() -> None:
    charged, tainted = node_draw(B200, liquid=False), node_draw(B200, liquid=False, host_charged=False)
    assert charged.fixed.power == kw(4)
    assert tainted.fixed.power == kw(2.5)
    assert tainted.at(8).power >= kw(14.3)


def test_all_gpus_busy_reaches_the_nameplate_and_no_more_than_rounding_beyond() -> None:
    draw = node_draw(NodeFigures(7, 1000, 0, 2000, 0, 0), liquid=False)
    assert draw.per_gpu.power == 143
    assert draw.at(7).power == 2001


def test_units_beyond_the_physical_gpus_add_nothing() -> None:
    draw = node_draw(B200, liquid=False)
    assert added(draw, 0, 1) == draw.per_gpu
    assert added(draw, 7, 3) == draw.per_gpu
    assert added(draw, 8, 4) == Load()


def test_fewer_gpus_than_the_profile_says_reach_the_same_maximum() -> None:
    draw = node_draw(with_gpus(B200, 4), liquid=False)
    assert draw.gpus == 4
    assert draw.at(4).power >= kw(14.3)


def test_more_gpus_than_the_profile_says_count_as_more_servers() -> None:
    draw = node_draw(with_gpus(B200, 12), liquid=False)
    assert draw.gpus == 12
    assert draw.fixed.power == kw(8)
    assert draw.maximum.power == kw(28.6)


def test_supplies_are_carried_along() -> None:
    assert node_draw(B200, liquid=True).supplies == Supplies(6, kw(3.3))


FIGURES = st.builds(
    NodeFigures, gpus=st.integers(1, 72), idle=st.integers(0, kw(5)), host=st.integers(0, kw(3)),
    maximum=st.integers(0, kw(20)), air_idle=st.integers(0, kw(5)), air_maximum=st.integers(0, kw(20)))


@settings(deadline=None)
@given(FIGURES, st.booleans(), st.booleans(), st.integers(0, 100))
def test_draw_never_undercounts(figures: NodeFigures, liquid: bool, host_charged: bool, units: int) -> None:
    draw = node_draw(figures, liquid=liquid, host_charged=host_charged)
    at = draw.at(units)
    assert min(at.power, at.air, at.liquid) >= 0
    assert at.air + at.liquid >= at.power
    assert draw.maximum.power >= max(figures.maximum, figures.idle + figures.host)
    assert draw.maximum.air + draw.maximum.liquid >= draw.maximum.power
    assert draw.at(figures.gpus).join(draw.maximum) == draw.at(figures.gpus)


@settings(deadline=None)
@given(FIGURES, st.booleans(), st.integers(0, 70), st.integers(1, 9))
def test_more_busy_gpus_never_draw_less(figures: NodeFigures, liquid: bool, units: int, more: int) -> None:
    growth = added(node_draw(figures, liquid=liquid), units, more)
    assert min(growth.power, growth.air, growth.liquid) >= 0


def test_however_many_gpus_figures_stay_within_what_rows_can_sum() -> None:
    huge = with_gpus(NodeFigures(1, MAX_POWER, 0, MAX_POWER, MAX_POWER, MAX_POWER), 256)
    assert (huge.gpus, huge.idle, huge.maximum) == (256, MAX_POWER, MAX_POWER)
