"""Brute force for small questions: every combination of whole replicas, with its best flows.

Shares nothing with the code it judges but the question: rules, capacity and flows are worked out anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from ampacity.core.distribution.model import Choice, Demand, Pool, SiteRoom, Task, Variant

Counts = Mapping[Choice, int]
TIER_MS = 1000.0


def best(task: Task) -> tuple[tuple[float, ...], float]:
    """Served GPUs by priority, highest first, and then the least weighed latency (requests/s times ms)."""
    levels = sorted({pool.priority for pool in task.pools}, reverse=True)
    found = []
    for counts in _combinations(task):
        parts = {pool.name: judge(task, pool, counts) for pool in task.pools}
        served = [sum(parts[p.name][0] for p in task.pools if p.priority == level) for level in levels]
        found.append((tuple([-round(one, 6) for one in served]), sum(ms for _, ms in parts.values())))
    served, ms = min(found)
    return tuple([-one for one in served]), ms


def judge(task: Task, pool: Pool, counts: Counts) -> tuple[float, float]:
    """Served GPUs and weighed latency of one pool with these replicas; nothing where its spread is broken."""
    sites = {site.name: site for site in task.sites}
    work, rate = figures(pool)
    able = {
        name: sum(rate[one.name] * counts.get(Choice(pool.name, name, one.name), 0) for one in pool.variants)
        for name in sites
    }
    asked = {region: amount for region, (amount, _) in work.items()}
    costs = {
        (region, name): each * (round_trip(task, region, name) + TIER_MS * tier_step(pool, sites[name]))
        for region, (_, each) in work.items()
        for name in sites
        if able[name] > 0 and may_serve(task, pool, region, sites[name])
    }
    amount, cost = cheapest(asked, able, costs)
    return amount * pool.variants[0].gpus, cost


def cheapest(
    asked: Mapping[str, float], able: Mapping[str, float], costs: Mapping[tuple[str, str], float]
) -> tuple[float, float]:
    """The largest flow, and its least cost: shortest augmenting paths by Bellman and Ford."""
    flow = dict.fromkeys(costs, 0.0)
    left, room, total, cost = dict(asked), dict(able), 0.0, 0.0
    while True:
        path = _shortest(left, room, costs, flow)
        if path is None:
            return total, cost
        steps, length = path
        source, sink = steps[0][0], steps[-1][1]
        amount = min(
            [left[source], room[sink], *(flow[e[1], e[0]] for e in steps if (e[0], e[1]) not in costs)]
        )
        for start, end in steps:
            if (start, end) in costs:
                flow[start, end] += amount
            else:
                flow[end, start] -= amount
        left[source] -= amount
        room[sink] -= amount
        total, cost = total + amount, cost + amount * length


def _shortest(
    left: Mapping[str, float],
    room: Mapping[str, float],
    costs: Mapping[tuple[str, str], float],
    flow: Mapping[tuple[str, str], float],
) -> tuple[list[tuple[str, str]], float] | None:
    arcs = [(r, s, cost) for (r, s), cost in costs.items()]
    arcs += [(s, r, -cost) for (r, s), cost in costs.items() if flow[r, s] > 1e-9]
    distance = {region: 0.0 for region, amount in left.items() if amount > 1e-9}
    came: dict[str, str] = {}
    for _ in range(len(left) + len(room) + 1):
        for start, end, cost in arcs:
            if start in distance and distance[start] + cost < distance.get(end, float("inf")) - 1e-9:
                distance[end], came[end] = distance[start] + cost, start
    ends = [(distance[site], site) for site, amount in room.items() if amount > 1e-9 and site in distance]
    if not ends:
        return None
    length, node = min(ends)
    steps: list[tuple[str, str]] = []
    while node in came:
        steps.append((came[node], node))
        node = came[node]
    return steps[::-1], length


def _combinations(task: Task) -> Iterator[Counts]:
    """All replicas that slots and limits allow."""
    choices = [
        (Choice(pool.name, site.name, variant.name), site, variant)
        for pool in task.pools
        for site in task.sites
        for variant in pool.variants
        if may_stand(task, pool, site, variant)
    ]
    most = [dict(site.slots).get(variant.footprint, 0) for _, site, variant in choices]
    for numbers in product(*(range(top + 1) for top in most)):
        if _fits(task, choices, numbers):
            yield {choice: number for (choice, _, _), number in zip(choices, numbers, strict=True) if number}


def _fits(task: Task, choices: list[tuple[Choice, SiteRoom, Variant]], numbers: tuple[int, ...]) -> bool:
    totals: dict[tuple[str, str], int] = {}
    for (_, site, variant), number in zip(choices, numbers, strict=True):
        key = site.name, variant.footprint
        totals[key] = totals.get(key, 0) + number
    for site in task.sites:
        if any(totals.get((site.name, name), 0) > slots for name, slots in site.slots.items()):
            return False
        for limit in site.limits:
            if sum(coef * totals.get((site.name, name), 0) for name, coef in limit.coefs) > limit.most:
                return False
    return True


def may_stand(task: Task, pool: Pool, site: SiteRoom, variant: Variant) -> bool:
    """Some region may be served from there, and the variant is fast enough for all that may."""
    if pool.replicas is not None:
        return _accepted(pool, site)
    regions = [one.region for one in pool.demand if may_serve(task, pool, one.region, site)]
    if not regions:
        return False
    farthest = max(round_trip(task, region, site.name) for region in regions)
    return pool.max_ttft_ms is None or farthest + variant.ttft_ms <= pool.max_ttft_ms


def _accepted(pool: Pool, site: SiteRoom) -> bool:
    tiers = pool.tiers if pool.overflow else pool.tiers[:1]
    return (
        all(one.run is None or bool(one.run & site.areas) for one in pool.residency)
        and (not tiers or site.tier in tiers)
        and pool.labels.items() <= site.labels.items()
        and not site.closed
        and any(site.slots.get(one.footprint, 0) > 0 for one in pool.variants)
    )


def may_serve(task: Task, pool: Pool, region: str, site: SiteRoom) -> bool:
    if not _accepted(pool, site) or pool.replicas is not None:
        return _accepted(pool, site)
    if any(region in one.serve and not one.serve[region] & site.areas for one in pool.residency):
        return False
    ms = round_trip(task, region, site.name)
    first = min(one.ttft_ms for one in pool.variants if site.slots.get(one.footprint, 0) > 0)
    return ms <= (pool.max_rtt_ms or 1e9) and ms + first <= (pool.max_ttft_ms or 1e9)


def round_trip(task: Task, region: str, site: str) -> float:
    if not region:
        return 0.0
    return task.latency[region, site].ms if (region, site) in task.latency else float("inf")


def tier_step(pool: Pool, site: SiteRoom) -> int:
    return pool.tiers.index(site.tier) if site.tier in pool.tiers else 0


def figures(pool: Pool) -> tuple[dict[str, tuple[float, float]], dict[str, float]]:
    """Per region its work and requests per work; per variant its rate."""
    if pool.replicas is not None:
        return {"": (float(pool.replicas), 1.0)}, {one.name: 1.0 for one in pool.variants}
    exact = {
        (one.region, v.name): _replicas(one, v) / pool.utilisation
        for one in pool.demand
        for v in pool.variants
    }
    mean = {
        v.name: sum(one.requests * exact[one.region, v.name] for one in pool.demand) for v in pool.variants
    }
    first = mean[pool.variants[0].name]
    rate = {name: first / value if value else 1.0 for name, value in mean.items()}
    work = {
        one.region: max(exact[one.region, v.name] * rate[v.name] for v in pool.variants)
        for one in pool.demand
    }
    return {one.region: (one.requests * work[one.region], 1 / work[one.region]) for one in pool.demand}, rate


def _replicas(one: Demand, variant: Variant) -> float:
    return one.input_tokens * (1 - one.cached) / variant.prefill + one.output_tokens / variant.decode
