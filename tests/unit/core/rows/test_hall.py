"""The hall that the benchmarks build by hand is the example that people read."""

from __future__ import annotations

from pathlib import Path

import yaml

from ampacity.core.rows import build
from ampacity.translate.sites.site import site_of
from tests.builders.power import hall, hall_contents

EXAMPLE = Path(__file__).parents[4] / "examples" / "sites" / "central-hall.yaml"


def test_the_benchmarked_hall_is_the_example() -> None:
    example, problems = site_of(yaml.safe_load(EXAMPLE.read_text(encoding="utf-8")))
    assert example is not None, problems
    there, here = (build(site, hall_contents(site)) for site in (example, hall()))
    assert (there.built, len(there.rows)) == (here.built, len(here.rows))
    assert sorted(there.entry_coefs.tolist()) == sorted(here.entry_coefs.tolist())
