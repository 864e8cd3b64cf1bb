"""Round trips: measured ones win; estimates stand up to what was measured between a cloud's regions."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from statistics import median

import pytest

from ampacity.core.distribution.latency import distance, estimate, ideal, latencies
from ampacity.core.distribution.model import Place, Rtt

DATA = Path(os.environ.get("AMPACITY_DATA", Path(__file__).parents[5] / "shared" / "data")) / "aws-rtt"
PARIS, SYDNEY = Place(48.86, 2.35), Place(-33.87, 151.21)


def test_distance_is_along_the_great_circle() -> None:
    assert distance(PARIS, SYDNEY) == pytest.approx(16_960, rel=0.01)
    assert distance(PARIS, PARIS) == 0
    assert distance(Place(0, 179.9), Place(0, -179.9)) == pytest.approx(22.2, rel=0.01)


def test_what_was_measured_wins_and_what_nobody_knows_is_left_out() -> None:
    found = latencies({"paris": PARIS, "moon": None}, {"syd": SYDNEY, "par": PARIS}, {("paris", "syd"): 275})
    assert found["paris", "syd"] == Rtt(275, measured=True)
    assert found["paris", "par"] == Rtt(2.0, measured=False)
    assert ("moon", "par") not in found


def test_the_fit_to_measured_round_trips() -> None:
    """The figures that latency.py and docs/distribution.md state."""
    if not DATA.exists():
        pytest.skip(f"{DATA} is not there; set AMPACITY_DATA")
    rows = csv.DictReader((DATA / "aws_region_coords.csv").open(), delimiter=";")
    places = {row["region"]: Place(float(row["lat"]), float(row["lon"])) for row in rows}
    first, *table = csv.reader((DATA / "aws_rtt_ms_matrix.csv").open())
    pairs = [
        (places[row[0]], places[to], float(ms))
        for row in table
        for to, ms in zip(first[1:], row[1:], strict=True)
        if to != row[0]
    ]
    stretch = [ms / ideal(here, there) for here, there, ms in pairs]
    assert len(pairs) == 420
    assert median(stretch) == pytest.approx(1.70, abs=0.02)
    assert min(stretch) > 1.1 and max(stretch) == pytest.approx(5.5, abs=0.1)
    assert sum(ms > estimate(here, there) for here, there, ms in pairs) / 420 == pytest.approx(0.25, abs=0.03)
