"""What the planner makes of the example files, by the auditor's own walk."""

from pathlib import Path

import pytest

from ampacity.audit.walk import exceeded
from ampacity.cli.fetch.documents import read_documents
from ampacity.cli.fetch.scenario import scenario
from ampacity.core.load import NOTHING
from ampacity.core.placement import plan
from ampacity.translate.snapshot.build import build_snapshot

DEMO = Path(__file__).parents[3] / "examples" / "demo"


@pytest.fixture(scope="module")
def planned():
    snapshot = build_snapshot(scenario(*read_documents([str(DEMO)])).world)
    return snapshot, plan(snapshot)


def test_every_grant_fits_by_the_walk(planned):
    snapshot, made = planned
    assert made.grants and made.refusals
    for name, view in snapshot.sites.items():
        assert [reading.sentence() for reading in exceeded(view.rows.site, loads(snapshot, made, name))] == []


def loads(snapshot, made, site):
    total = snapshot.rack_loads(site)
    for grant in made.grants:
        if grant.site == site:
            total[grant.rack] = total.get(grant.rack, NOTHING) + grant.load
    return total
