"""Fleets and pools as users write them, drawn from a seed: some are modest, some contradict themselves."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.builders import asked

Json = dict[str, Any]
PLACES = [("", ""), ("FR", ""), ("FR", "bretagne"), ("DE", "bavaria"), ("DE", ""), ("SE", "")]
AREAS = ["FR", "FR/bretagne", "DE", "DE/bavaria", "SE", "JP"]
REGIONS = ["s0", "s1", "north", "south"]
SPACES = {"default": None, "eu": "FR, DE", "bavaria": "DE/bavaria", "odd": "Europe"}


def fleet(pick: Random) -> list[Json]:
    """One to four sites; the first knows the way to all regions, so that no name is unknown."""
    return [_site(pick, number) for number in range(pick.randint(1, 4))]


def pools(pick: Random) -> list[Json]:
    """One to three pools, in namespaces that allow this or that."""
    return [_pool(pick, number) for number in range(pick.randint(1, 3))]


def namespaces() -> list[Json]:
    """Those of the pools."""
    return [asked.namespace(name, said) for name, said in SPACES.items()]


def _site(pick: Random, number: int) -> Json:
    country, region = pick.choice(PLACES)
    spec: Json = {"state": "Lost"} if pick.random() < 0.1 else {}
    if country:
        where = {"latitude": pick.uniform(40, 65), "longitude": pick.uniform(-5, 25)}
        spec["location"] = {"country": country, **({"region": region} if region else {})}
        spec["location"] |= where if pick.random() < 0.8 else {}
    known = REGIONS if number == 0 else pick.sample(REGIONS, pick.randint(0, 4))
    spec["latency"] = [{"region": name, "milliseconds": pick.randint(1, 90)} for name in known]
    return asked.site(f"s{number}", pick.randint(1, 2), tier=pick.choice(["Edge", "Central"]), **spec)


def _pool(pick: Random, number: int) -> Json:
    namespace, spec = pick.choice([*SPACES, "default", "default", "eu"]), _wishes(pick)
    if pick.random() < 0.3:
        spec.pop("latency", None)
        placement = spec.setdefault("placement", {})
        placement.setdefault("spread", {"sites": 1})
        return asked.pool(f"p{number}", namespace=namespace, replicas=pick.randint(0, 12), **spec)
    names = pick.sample(REGIONS, pick.randint(1, 3))
    regions = [asked.region(name, pick.choice([0, 1, 9, 60]), **_served(pick)) for name in names]
    return asked.pool(f"p{number}", *regions, namespace=namespace, **spec)


def _served(pick: Random) -> Json:
    if pick.random() < 0.5:
        return {}
    return {"servedFrom": pick.sample(AREAS, pick.randint(1, 3))}


def _wishes(pick: Random) -> Json:
    """What a pool may say of where it runs; each part is there or not."""
    parts: list[Json] = [
        {"residency": pick.sample(AREAS, pick.randint(1, 4))},
        {"tiers": pick.choice([["Edge"], ["Edge", "Central"], ["Central", "Edge"]])},
        {"overflow": pick.random() < 0.5},
        {"spread": pick.choice([{"sites": 2}, {"maxSharePercent": 50}, {"surviveSiteLoss": True}])},
    ]
    placement = {key: value for part in parts if pick.random() < 0.3 for key, value in part.items()}
    spec: Json = {"placement": placement} if placement else {}
    if pick.random() < 0.3:
        spec["latency"] = {"roundTripMilliseconds": pick.choice([0.5, 20, 60])}
    return spec
