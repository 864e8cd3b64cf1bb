"""Shares of classes of work, judged from pods, nameplates and the walk.

At most: GPUs of the class, each with its equal part of its server at full draw. At least: all draw of the
site's nodes, less what GPUs of the classes in question add to idle servers, is no more than the site's racks
can draw together less what is kept for these classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from ampacity.audit.limits import REST, SHARE, Limit, Reading
from ampacity.audit.loads import SiteLoads
from ampacity.audit.scene import NORMAL
from ampacity.audit.together import SLACK, together
from ampacity.core.site import Share
from ampacity.core.workload import Workload


def share_readings(loads: SiteLoads) -> Iterator[Reading]:
    """A reading for each share of the site, and for each group of classes that have something kept."""
    for share in loads.site.shares:
        if share.at_most is not None:
            limit = Limit((SHARE, share.workload), f"work of class {share.workload}", share.at_most)
            yield Reading(limit, NORMAL, _drawn(loads, share.workload))
    kept = [share for share in loads.site.shares if share.at_least]
    groups = [group for count in range(1, len(kept) + 1) for group in combinations(kept, count)]
    if groups:
        capacity = together(loads.site, loads.on_air)
        for group in groups:
            yield _rest(loads, group, capacity)


def _rest(loads: SiteLoads, group: tuple[Share, ...], capacity: float) -> Reading:
    classes = [share.workload for share in group]
    most = max(0, int(capacity * SLACK) - sum(share.at_least for share in group))
    named = f"what is not {' or '.join(classes)}"
    total = sum(load.power for load in loads.by_rack.values())
    added = sum((_added(loads, kind) for kind in classes), Fraction(0))
    return Reading(Limit((REST, *classes), named, most), NORMAL, total - added)


def _drawn(loads: SiteLoads, kind: Workload) -> Fraction:
    return sum((node.work[kind].drawn for node in loads.nodes.values() if kind in node.work), Fraction(0))


def _added(loads: SiteLoads, kind: Workload) -> Fraction:
    return sum((node.work[kind].added for node in loads.nodes.values() if kind in node.work), Fraction(0))
