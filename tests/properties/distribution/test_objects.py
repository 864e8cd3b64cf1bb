"""From what users write to what is decided: nothing outside residency, and problems at fields to mend.

Both are judged by the letter of the objects, without the code under test.
"""

import copy
import re
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from ampacity.core.distribution.targets import Targets
from ampacity.core.placement import plan
from ampacity.translate.distribution import targets_of
from ampacity.translate.records import World
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders import asked
from tests.properties.distribution import objects

FLEETS, PART = 1000, 100
Json = dict[str, Any]


def _world(sites: list[Json], pools: list[Json]) -> World:
    return asked.world(sites, pools, namespaces=objects.namespaces())


def _decided(sites: list[Json], pools: list[Json]) -> dict[str, Targets]:
    return targets_of(*asked.ask(_world(sites, pools)))


def _inside(site: Json, allowed: list[str] | None) -> bool:
    where = site["spec"].get("location", {})
    country, region = where.get("country"), where.get("region")
    return allowed is None or country in allowed or (region and f"{country}/{region}" in allowed)


def _annotated(pool: Json) -> list[str] | None:
    said = objects.SPACES[pool["metadata"]["namespace"]]
    return None if said is None else said.split(", ")


def _may_run(pool: Json, site: Json) -> bool:
    own = pool["spec"].get("placement", {}).get("residency")
    lost = site["spec"].get("state") == "Lost"
    return bool(_inside(site, own) and _inside(site, _annotated(pool)) and not lost)


@pytest.mark.parametrize("first", range(0, FLEETS, PART))
def test_nothing_is_ever_outside_of_what_anybody_allows(first: int) -> None:
    """1,000 random fleets: no replica, no (origin, site) pair with weight, and no spill."""
    seen: Counter[str] = Counter()
    for seed in range(first, first + PART):
        pick = Random(seed)
        sites, pools = objects.fleet(pick), objects.pools(pick)
        by_name = {site["metadata"]["name"]: site for site in sites}
        decided = _decided(sites, pools)
        for pool in pools:
            found = decided[f"{pool['metadata']['namespace']}/{pool['metadata']['name']}"]
            for site, _ in found.replicas:
                seen["replicas"] += 1
                assert _may_run(pool, by_name[site]), (seed, pool, site)
            for region, told in _served(found):
                seen["pairs"] += 1
                assert _may_serve(pool, region, by_name[told]), (seed, pool, region, told)
    assert min(seen["replicas"], seen["pairs"]) > PART // 4


def _served(found: Targets) -> list[tuple[str, str]]:
    shares = [(region, one.site) for region, every in found.shares.items() for one in every]
    return shares + [(region, site) for region, every in found.spill.items() for site in every]


def _may_serve(pool: Json, region: str, site: Json) -> bool:
    [said] = [one for one in pool["spec"]["demand"]["regions"] if one["region"] == region]
    return _may_run(pool, site) and bool(_inside(site, said.get("servedFrom")))


def test_what_is_decided_is_what_the_planner_places() -> None:
    """Targets become waiters, and each finds its place: nothing waits, and nobody stands elsewhere."""
    total = 0
    for seed in range(0, FLEETS, 4):
        pick = Random(seed)
        world = _world(objects.fleet(pick), objects.pools(pick))
        targets = targets_of(*asked.ask(world))
        made = plan(build_snapshot(replace(world, targets=targets)))
        placed: Counter[tuple[str, str]] = Counter()
        for grant in made.grants:
            placed[grant.waiter.controller.removeprefix("Pool/"), grant.site] += 1
        assert made.refusals == (), seed
        assert placed == Counter(
            {(name, site): count for name, one in targets.items() for site, count in one.by_site.items()}
        ), seed
        total += len(made.grants)
    assert total > FLEETS // 4


def test_each_problem_is_at_a_field_of_the_object_and_goes_with_it() -> None:
    """Whatever distribution has against a pool, the path leads into what the user wrote; and what is left
    without that field has that problem no more."""
    told: Counter[str] = Counter()
    for seed in range(FLEETS // 2):
        pick = Random(seed)
        sites, [pool, *_] = objects.fleet(pick), objects.pools(pick)
        key = f"{pool['metadata']['namespace']}/{pool['metadata']['name']}"
        for problem in _decided(sites, [pool])[key].problems:
            told[re.sub(r"\d+", "n", problem.path)] += 1
            mended = _without(pool, problem.path)
            assert problem not in _decided(sites, [mended]).get(key, Targets()).problems, (seed, problem)
    assert len(told) >= 6, told


def _without(pool: Json, path: str) -> Json:
    """The pool less what stands at the path, which must be there; out of its namespace into a free one."""
    mended = copy.deepcopy(pool)
    if path == "metadata.namespace":
        mended["metadata"]["namespace"] = "default"
        return mended
    *parents, last = re.findall(r"[A-Za-z]+|\d+", path)
    part: Any = mended
    for name in parents:
        part = part[int(name)] if isinstance(part, list) else part[name]
    assert part.pop(last) is not None
    return mended
