"""The same question as one integer program over nodes, solved by HiGHS: how much could any planner grant?

Knows nothing of classes, queues or scores: one unknown per shape and node, each limit once per row. Its
answer is checked in exact integers, because its arithmetic is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd

import highspy

from ampacity.core.load import Load
from ampacity.core.plan import Grant
from ampacity.core.snapshot import NodeView, Resources, Shape, Snapshot

Terms = dict[int, int]  # unknown -> exact coefficient


@dataclass(frozen=True)
class Best:
    """GPUs (pods, where they ask for none) per priority. `exact`: each answer holds in integers too."""

    gpus: Mapping[int, int]
    exact: bool


def worth(shape: Shape) -> int:
    """What a pod counts: its GPUs."""
    return max(1, shape.gpu_units)


def liking(shape: Shape, site: str, profile: str) -> tuple[int, int]:
    """How well a pod likes a place: smaller is better."""
    return (shape.sites.index(site) if shape.sites else 0,
            shape.accelerators.index(profile) if shape.accelerators else 0)


def best(snapshot: Snapshot, grants: Sequence[Grant]) -> Best:
    """The most that each priority could get, while pods granted to higher ones have places liked as well."""
    model = _Model(snapshot)
    found: dict[int, int] = {}
    exact = True
    for priority in sorted({waiter.priority for waiter in snapshot.waiters}, reverse=True):
        gain = {x: worth(shape) for (level, shape, _), x in model.pods.items() if level == priority}
        found[priority] = model.solve(gain)
        exact &= model.exact()
        model.keep([grant for grant in grants if grant.waiter.priority == priority])
    return Best(found, exact)


class _Model:
    def __init__(self, snapshot: Snapshot) -> None:
        self.limits: list[tuple[Terms, int]] = []
        self.upper: list[int] = []
        self.pods: dict[tuple[int, Shape, str], int] = {}
        self._busy: dict[str, int] = {}
        self._liking: dict[int, tuple[int, int]] = {}
        self._values: list[int] = []
        levels = sorted({(waiter.priority, waiter.shape) for waiter in snapshot.waiters}, key=str)
        for node in snapshot.nodes:
            self._node(node, levels)
        for level, shape in levels:
            wanted = sum(one.priority == level and one.shape == shape for one in snapshot.waiters)
            self.limits.append((dict.fromkeys(self.unknowns(level, shape), 1), wanted))
        for site in snapshot.sites:
            self._rows(snapshot, site)

    def _unknown(self, most: int) -> int:
        self.upper.append(most)
        return len(self.upper) - 1

    def _node(self, node: NodeView, levels: Sequence[tuple[int, Shape]]) -> None:
        here: list[tuple[int, Shape]] = []
        for level, shape in levels:
            if _listed(node.profile, shape.accelerators) and _listed(node.site, shape.sites):
                here.append((self._unknown(1000), shape))
                self.pods[level, shape, node.name] = here[-1][0]
                self._liking[here[-1][0]] = liking(shape, node.site, node.profile)
        for resource in {name for _, shape in here for name in _amounts(shape.requests)}:
            free = _amounts(node.free).get(resource, 0)
            self.limits.append(({x: _amounts(shape.requests).get(resource, 0) for x, shape in here}, free))
        assert node.draw is not None
        # busy >= units until every GPU is busy: busy >= units - slack * full, busy >= idle * full
        idle = max(0, node.draw.gpus - node.units)
        busy, full, slack = self._unknown(idle), self._unknown(1), sum(dict(node.free.extended).values())
        self.limits.append(({**{x: shape.gpu_units for x, shape in here}, busy: -1, full: -slack}, 0))
        self.limits.append(({full: idle, busy: -1}, 0))
        self._busy[node.name] = busy

    def _rows(self, snapshot: Snapshot, site: str) -> None:
        rows = snapshot.sites[site].rows
        left = rows.capacity - rows.usage(snapshot.rack_loads(site))
        terms: list[Terms] = [{} for _ in rows.rows]
        for node in snapshot.nodes:
            if node.site == site and node.rack is not None and node.draw is not None:
                for entry in rows.columns[node.rack]:
                    add = _dot(entry.power, entry.air, entry.liquid, node.draw.per_gpu)
                    if add:
                        terms[entry.row][self._busy[node.name]] = add
        self.limits += [(term, max(0, int(most))) for term, most in zip(terms, left, strict=True)]

    def solve(self, gain: Terms) -> int:
        highs = highspy.Highs()
        for option, value in (("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0),
                              ("mip_feasibility_tolerance", 1e-9), ("primal_feasibility_tolerance", 1e-9)):
            highs.setOptionValue(option, value)
        xs = [highs.addIntegral(0, most, -gain.get(x, 0)) for x, most in enumerate(self.upper)]
        for terms, most in self.limits:
            terms = {x: coef for x, coef in terms.items() if coef}
            if terms:
                divisor = gcd(*terms.values())
                scale = max(abs(coef) for coef in terms.values()) // divisor
                total = sum(xs[x] * (coef // divisor / scale) for x, coef in terms.items())
                highs.addConstr(total <= (most // divisor) / scale)
        highs.run()
        self._values = [round(value) for value in highs.getSolution().col_value]
        return sum(self._values[x] * weight for x, weight in gain.items())

    def exact(self) -> bool:
        return all(
            sum(coef * self._values[x] for x, coef in terms.items()) <= most for terms, most in self.limits
        )

    def unknowns(self, level: int, shape: Shape) -> list[int]:
        return [x for (priority, kind, _), x in self.pods.items() if (priority, kind) == (level, shape)]

    def keep(self, grants: Sequence[Grant]) -> None:
        """These pods stay, each at a place that it likes as well."""
        liked = [(grant.waiter.priority, grant.waiter.shape,
                  liking(grant.waiter.shape, grant.site, grant.profile)) for grant in grants]
        for level, shape, worst in set(liked):
            count = sum((level, shape) == (other, kind) and rank <= worst for other, kind, rank in liked)
            good = [x for x in self.unknowns(level, shape) if self._liking[x] <= worst]
            self.limits.append((dict.fromkeys(good, -1), -count))


def _amounts(resources: Resources) -> dict[str, int]:
    return {"pods": resources.pods, "cpu": resources.cpu_milli, "memory": resources.memory >> 20,
            **dict(resources.extended)}


def _dot(power: int, air: int, liquid: int, load: Load) -> int:
    return power * load.power + air * load.air + liquid * load.liquid


def _listed(name: str, names: Sequence[str]) -> bool:
    return not names or name in names
