"""A decision told: replicas, shares, where traffic spills, what is not served and why."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ampacity.core.distribution.answer import Distribution, Share
from ampacity.core.distribution.decide import Decision
from ampacity.core.distribution.explain import unserved
from ampacity.core.distribution.fleet import Fleet
from ampacity.core.distribution.score import score
from ampacity.core.distribution.settled import Settled

Origin = tuple[str, str]


def report(decision: Decision) -> Distribution:
    """The whole answer."""
    fleet, settled = decision.fleet, decision.settled
    left = decision.room.less(decision.counts)
    replicas = dict(decision.kept)
    for one in settled:
        replicas.update({choice: count for _, choice, count in decision.choices(one)})
    return Distribution(
        replicas=dict(sorted(replicas.items())),
        shares={key: shares for one in settled for key, shares in _shares(one, fleet)},
        spill={key: sites for one in settled for key, sites in _spill(one, fleet)},
        unserved=tuple([cause for one in settled for cause in unserved(one, fleet, left)]),
        score=score(settled),
        bound=decision.bound,
        problems=decision.problems,
        notes={one.block.pool.name: note for one in settled if (note := _note(one))},
    )


def _shares(one: Settled, fleet: Fleet) -> Iterator[tuple[Origin, tuple[Share, ...]]]:
    """Parts below a millionth are rounding, and left out."""
    block = one.block
    served = one.served
    for region, name in enumerate(block.regions):
        flows = np.flatnonzero((block.flow_region == region) & (one.flows > 1e-6 * served[region]))
        if not name or served[region] <= 0:
            continue
        parts = one.flows[flows] / one.flows[flows].sum()
        sites = [fleet.sites[site].name for site in block.site[block.flow_point[flows]].tolist()]
        ordered = sorted(zip(parts.tolist(), sites, strict=True), key=lambda pair: (-pair[0], pair[1]))
        yield (block.pool.name, name), tuple([Share(site, part) for part, site in ordered])


def _spill(one: Settled, fleet: Fleet) -> Iterator[tuple[Origin, tuple[str, ...]]]:
    """Sites with replicas that may serve the region: the nearest first, preferred tiers before others."""
    block = one.block
    hot = np.bincount(block.option_point, weights=one.counts, minlength=len(block.site)) > 0
    for region, name in enumerate(block.regions):
        flows = np.flatnonzero((block.flow_region == region) & hot[block.flow_point])
        ordered = flows[np.argsort(block.flow_weight[flows], kind="stable")]
        sites = [fleet.sites[site].name for site in block.site[block.flow_point[ordered]].tolist()]
        if name and sites:
            yield (block.pool.name, name), tuple(sites)


def _note(one: Settled) -> str:
    """What of its spread the pool cannot have now."""
    block, spread = one.block, one.block.pool.spread
    there = len(block.site)
    if block.sites < spread.sites:
        return f"it asks for {spread.sites} sites; {there} can take replicas now, so it keeps to {there}"
    if block.share > spread.share:
        asked = f"it asks for at most {spread.share:.0%} at one site"
        return f"{asked}; {there} can take replicas now, so it splits evenly"
    return ""
