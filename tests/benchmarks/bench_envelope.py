"""Envelope to site: the large hall of `examples/sites`, and racks known by labels on 10,000 nodes."""

from __future__ import annotations

from pathlib import Path

import yaml

from ampacity.translate.fleet.labelled_racks import with_labelled_racks
from ampacity.translate.sites.site import site_of
from tests.benchmarks.measure import Measurement, milliseconds
from tests.builders.kube import node

HALL = Path(__file__).parents[2] / "examples" / "sites" / "central-hall.yaml"


def run(quick: bool) -> list[Measurement]:
    obj = yaml.safe_load(HALL.read_text(encoding="utf-8"))
    site, _ = site_of(obj)
    assert site is not None
    repeats = 2 if quick else 7
    labels = {"ampacity.io/rack-power": "50kW"}
    number = 100 if quick else 10_000
    nodes = [node(f"n{n}", site=site.name, rack=f"q{n // 8}", labels=labels) for n in range(number)]

    def translate() -> None:
        site_of(obj)

    def label() -> None:
        with_labelled_racks(site, nodes)

    return [
        Measurement(
            "envelope: 1,250 racks from 17 lines",
            milliseconds(translate, repeats),
            "ms",
            limit=150,
            subject=translate,
        ),
        Measurement(
            f"envelope: racks labelled on {number:,} nodes", milliseconds(label, repeats), "ms", subject=label
        ),
    ]
