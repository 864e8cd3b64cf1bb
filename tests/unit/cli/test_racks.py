"""Pictures of racks, without a cluster."""

from pathlib import Path

import pytest

from ampacity.cli.render.bars import bar, of_limit, percent
from ampacity.cli.render.racks import LimitPicture, RackPicture, SitePicture, draw_racks
from ampacity.cli.render.style import Style
from tests.golden import assert_golden

GOLDEN = Path(__file__).parent / "golden"
KW = 10**6
PLAIN = Style()


def test_a_small_site_shows_each_rack_as_a_bar():
    edge = SitePicture(
        "milan",
        "Edge, IT",
        (
            LimitPicture("UPS", "ups", 54 * KW, 48_200_000),
            LimitPicture("Feed", "b", 60 * KW, 31 * KW, 58 * KW, "a"),
            LimitPicture("CRAH", "room", 50 * KW, 51_300_000),
        ),
        (
            RackPicture("r1", 14_200_000, 17 * KW, 6, 8, (("chat", 2), ("vision", 1))),
            RackPicture("r2", 17 * KW, 17 * KW, 8, 8, (("chat", 4),)),
            RackPicture("r10", 900_000, 17 * KW, 0, 8, note="node n3 is not Ready: counted at its maximum"),
        ),
        note="RedundancyLost: gen is declared Failed",
    )
    assert_golden(GOLDEN / "small-site.txt", draw_racks([edge], PLAIN))


def test_a_large_site_shows_a_map():
    racks = tuple(
        RackPicture(f"h0{row}-{n:02}", (n + row) * KW, 30 * KW, n, 32) for row in (1, 2, 3) for n in range(25)
    )
    grid = LimitPicture("Utility", "grid-a", 70_000 * KW, 33_000 * KW)
    hall = SitePicture("lulea", "Central, SE", (grid,), racks, hidden=1431)
    assert_golden(GOLDEN / "large-site.txt", draw_racks([hall], PLAIN))


@pytest.mark.parametrize(
    ("now", "worst", "capacity", "drawn"),
    [
        (0, 0, 10, "░░░░░░░░"),
        (1, 0, 1000, "▏░░░░░░░"),
        (5, 0, 10, "████░░░░"),
        (5, 10, 10, "████▒▒▒▒"),
        (20, 0, 10, "████████"),
        (0, 0, 0, "░░░░░░░░"),
        (1, 0, 0, "▒▒▒▒▒▒▒▒"),
    ],
)
def test_bars(now, worst, capacity, drawn):
    assert bar(now, worst, capacity, 8, PLAIN) == drawn


def test_colour_says_how_near_the_limit_is():
    colour = Style(colour=True)
    assert "\x1b[32m" in bar(9, 0, 10, 8, colour)
    assert "\x1b[33m" in bar(95, 0, 100, 8, colour)
    assert "\x1b[31m" in bar(9, 11, 10, 8, colour)


def test_figures_never_hide_what_is_left():
    assert of_limit(14_200_000, 17 * KW) == "14.2 of 17 kW"
    assert of_limit(900_000, 17 * KW) == "900 W of 17 kW"
    assert [percent(999, 1000), percent(1, 1000), percent(1, 1)] == ["99 %", "<1 %", "100 %"]


class _Stream:
    def __init__(self, terminal):
        self._terminal = terminal

    def isatty(self):
        return self._terminal


@pytest.mark.parametrize(
    ("terminal", "environment", "colour"),
    [(True, {}, True), (False, {}, False), (True, {"NO_COLOR": "1"}, False), (True, {"TERM": "dumb"}, False)],
)
def test_colour_only_where_it_is_wanted(terminal, environment, colour):
    assert Style.for_stream(_Stream(terminal), environment).colour is colour
