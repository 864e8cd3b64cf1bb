"""Nobody is sent more than is ready, and nobody goes short while somebody who may serve him has room."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.core.distribution.answer import Share
from ampacity.core.distribution.flows import flows
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.targets import Targets

SITES, REGIONS, RATE = ("a", "b", "c", "d"), ("north", "south", "west"), {"fast": 1.0, "slow": 0.4}
BAND = 1 + Policy().band


@dataclass(frozen=True)
class Case:
    targets: Targets
    requests: dict[str, float]
    ready: dict[str, int]
    order: dict[str, tuple[str, ...]]

    def work(self, region: str) -> float:
        return self.targets.work * self.requests[region] / sum(self.requests.values())

    def capacity(self, site: str) -> float:
        """Of what is ready, as the mean of what belongs there."""
        there = self.targets.at(site)
        rates = [RATE[variant] for variant, count in there.items() for _ in range(count)] or [0.4]
        return self.ready.get(site, 0) * sum(rates) / len(rates)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    kinds = st.tuples(st.sampled_from(SITES), st.sampled_from(sorted(RATE)))
    counts = st.dictionaries(kinds, st.integers(1, 5))
    order = st.lists(st.sampled_from(SITES), unique=True).map(tuple)
    rows = {region: draw(st.dictionaries(st.sampled_from(SITES), st.integers(1, 9))) for region in REGIONS}
    shares = {
        region: tuple(Share(site, part / sum(row.values())) for site, part in row.items())
        for region, row in rows.items()
    }
    return Case(
        Targets(draw(counts), RATE, draw(st.floats(0.1, 20)), shares),
        {region: draw(st.floats(0.1, 50)) for region in REGIONS},
        draw(st.dictionaries(st.sampled_from(SITES), st.integers(0, 6))),
        {region: draw(order) for region in REGIONS},
    )


@settings(max_examples=600, deadline=None)
@given(cases())
def test_flows(case: Case) -> None:
    found = flows(case.targets, case.requests, case.ready, case.order)
    sent = {
        site: sum(flow.parts.get(site, 0.0) * case.work(region) for region, flow in found.items())
        for site in SITES
    }
    for site in SITES:
        assert sent[site] <= case.capacity(site) * BAND + 1e-6
    for region, flow in found.items():
        assert flow.parts.keys() <= {site for site in case.order[region] if case.ready.get(site)}
        assert sum(flow.parts.values()) <= 1 + 1e-9
        if sum(flow.parts.values()) < 1 - 1e-6:
            assert all(sent[site] >= case.capacity(site) - 1e-6 for site in case.order[region])
