"""`ampacity simulate`: the command on files, and its pictures."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from ampacity.cli.main import main
from ampacity.cli.render.day import Day, Shortage
from ampacity.cli.render.picture import picture
from ampacity.cli.render.simulate import draw_day
from ampacity.cli.render.style import Style
from ampacity.core.distribution.answer import Short, SiteCause, Unserved
from ampacity.core.distribution.model import Choice
from ampacity.core.distribution.replay import Frame
from tests.builders import resources
from tests.golden import assert_golden
from tests.unit.cli.lists import of_pool, pool

HERE = Path(__file__).parent
FLEET = HERE.parents[2] / "examples" / "three-sites"
PLAIN = """\
apiVersion: ampacity.io/v1alpha1
kind: GPUInferencePool
metadata: {name: training}
spec:
  replicas: 12
  accelerators: [h200]
  gpusPerReplica: 8
  template: {spec: {containers: [{name: train, image: train}]}}
"""
HEADS = "hour,pool,region,requests_per_second\n"


def lack(region: str, amount: float) -> Unserved:
    sentence = f"{region}: {amount:g} requests/s not served; feed a short by 1 kW"
    return Unserved("default/chat", region, amount, 0.1, SiteCause("s", Short.LIMIT, "feed a"), sentence)


def frame(hour: float, asked: float, served: float, counts: dict[str, int], **more: object) -> Frame:
    replicas = {Choice("default/chat", site, "h200"): count for site, count in counts.items()}
    power = {site: count * 5_000_000 for site, count in counts.items()}
    moved = {"started": 0, "stopped": 0, "short": ()} | more
    return Frame(60 * hour, asked, served, 12.0, replicas, power, **moved)  # type: ignore[arg-type]


DAY = Day(
    (
        frame(0, 100.0, 100.0, {"par": 2, "osl": 1}),
        frame(6, 300.0, 300.0, {"par": 6, "osl": 3}, started=6),
        frame(12, 500.0, 400.0, {"par": 8, "osl": 4}, started=3, short=(lack("paris", 100.0),)),
        frame(14, 450.0, 400.0, {"par": 8, "osl": 4}, short=(lack("paris", 50.0),)),
        frame(18, 200.0, 200.0, {"par": 4, "osl": 2}, stopped=6),
    ),
    24 * 60.0,
    {"par": 20_000_000, "osl": 10_000_000, "idle": 5_000_000},
)


def test_the_picture_in_the_terminal() -> None:
    assert_golden(HERE / "golden" / "simulate.txt", draw_day(DAY, Style()))


def test_figures_of_the_day_weigh_how_long_each_moment_lasts() -> None:
    total = DAY.total()

    asked, served = 6 * (100 + 300 + 200) + 2 * 500 + 4 * 450, 6 * (100 + 300 + 200) + 6 * 400
    assert total.part == pytest.approx(served / asked)
    assert (total.started, total.stopped) == (9, 6)
    assert total.energy == pytest.approx(1000 * (24 * 35 + 5 * (6 * (3 + 9 + 6) + 6 * 12)))


def test_a_shortage_is_one_for_as_long_as_it_lasts() -> None:
    (short,) = DAY.shortages()

    assert short == Shortage(720.0, 1080.0, "default/chat", "paris", 100.0, lack("paris", 100.0).sentence)


def test_sites_where_nothing_ever_stands_are_not_drawn() -> None:
    assert DAY.sites() == ["par", "osl"]


def test_the_page_is_whole_and_needs_nothing_from_elsewhere() -> None:
    page = picture(DAY, "A day")
    charts = re.findall(r"<svg.*?</svg>", page, re.DOTALL)

    assert [ET.fromstring(chart).tag for chart in charts] == ["svg"] * 3
    assert not re.search(r"https?:|<script|<link|@import|src=", page)
    assert all(word in page for word in ("par", "osl", "feed a short by 1 kW", "12:00 to 18:00"))


def test_names_cannot_break_the_page() -> None:
    odd = frame(0, 1.0, 0.5, {"<b>&": 1}, short=(lack('"><script>', 0.5),))
    page = picture(Day((odd,), 60.0, {}), "<i>")

    assert "<script" not in page and "<b>" not in page and "<i>" not in page


def test_a_day_without_demand_has_a_picture_too() -> None:
    empty = Day((frame(0, 0.0, 0.0, {}),), 60.0, {"par": 1_000_000})

    assert "100 % of all requests served" in draw_day(empty, Style())
    assert "<svg" in picture(empty, "Nothing")


def simulate(*options: str) -> int:
    return main(["simulate", "-f", str(FLEET), *options])


def test_the_sample(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page = tmp_path / "day.html"
    status = simulate("--demand", str(FLEET / "day.csv"), "--html", str(page), "-o", "json")
    day = json.loads(capsys.readouterr().out)

    assert (status, day["servedPart"]) == (0, pytest.approx(1.0))
    assert [moment["minute"] for moment in day["moments"]] == [60 * hour for hour in range(24)]
    assert max(moment["watts"]["paris"] for moment in day["moments"]) <= 20_000
    assert day["started"] > 0 and day["stopped"] > 0
    assert "<svg" in page.read_text()


def test_demand_beyond_the_fleet_is_told_and_shows_in_the_status(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    trace = tmp_path / "day.csv"
    trace.write_text(HEADS + "0,chat,paris,20\n1,chat,paris,3000\n")

    assert simulate("--demand", str(trace), "--hours", "2") == 1
    said = capsys.readouterr().out
    assert "What was short" in said and "01:00 to 02:00, default/chat" in said


def test_bad_input_is_told_and_nothing_is_simulated(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    trace = tmp_path / "day.csv"
    trace.write_text(HEADS + "0,chat,pari,20\n")

    assert simulate("--demand", str(trace)) == 2
    told = capsys.readouterr()
    assert told.out == "" and "nothing was simulated" in told.err and "did you mean paris?" in told.err


def test_a_fleet_without_demand_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    demo = FLEET.parent / "demo"

    assert main(["simulate", "-f", str(demo), "--demand", str(FLEET / "day.csv")]) == 2
    assert "no pool states spec.demand" in capsys.readouterr().err


def test_pools_that_nobody_distributes_keep_their_power(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    trace, training = tmp_path / "day.csv", tmp_path / "training.yaml"
    trace.write_text(HEADS + "0,chat,paris,600\n")
    simulate("--demand", str(trace), "--hours", "1", "-o", "json")
    alone = json.loads(capsys.readouterr().out)
    training.write_text(PLAIN)
    simulate("--demand", str(trace), "--hours", "1", "-o", "json", "-f", str(training))
    beside = json.loads(capsys.readouterr().out)

    assert beside["servedPart"] < alone["servedPart"]
    assert beside["moments"][0]["watts"]["lulea"] <= 200_000


def test_a_pool_that_cannot_be_decided_is_a_fault(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    fleet = tmp_path / "fleet.yaml"
    text = "\n---\n".join(file.read_text() for file in sorted(FLEET.glob("*.yaml")))
    fleet.write_text(text.replace("roundTripMilliseconds: 120", "roundTripMilliseconds: 1"))

    assert main(["simulate", "-f", str(fleet), "--demand", str(FLEET / "day.csv")]) == 2
    assert "spec.latency.roundTripMilliseconds" in capsys.readouterr().err


def running(cluster: Callable[..., object], region: str, **status: object) -> None:
    """A cluster in which two replicas of a pool run."""
    asked = pool()
    demand = {"region": region, "requestsPerSecond": 1, "inputTokens": 700, "outputTokens": 63, "query": "up"}
    asked["spec"]["demand"] = {"modelProfile": "chat-8b", "regions": [demand]}
    del asked["spec"]["replicas"]
    asked["status"] = {"telemetry": [{"region": region, **status}]}
    model = resources.model(fits=[resources.fit("x", 4)])
    model["metadata"]["uid"] = "model"
    cluster(pools=[asked], models=[model], pods=[of_pool("c1", "n2"), of_pool("c2", "n3")])


def test_in_a_cluster_the_day_begins_with_what_runs_and_what_was_measured(
    cluster: Callable[..., object], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    running(cluster, "par1", requestsPerSecond=8.0, stale=True)
    trace = tmp_path / "day.csv"
    trace.write_text(HEADS + "1,ai/chat,par1,15\n")

    assert main(["simulate", "--demand", str(trace), "--hours", "2", "-o", "json"]) == 0
    first, then = json.loads(capsys.readouterr().out)["moments"]
    assert (first["asked"], first["started"], first["stopped"]) == (8.0, 0, 0)
    assert (then["asked"], then["started"]) == (15.0, 1)
