"""Which countable resources are GPUs: those that an accelerator profile names, and no others.

`nvidia.com/*` also names network cards, so a vendor prefix proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from ampacity.core.snapshot import Resources

MOST_UNITS = 10**6
"""More GPU units than any node has; a request of more fits nowhere either."""


class GpuCounter:
    """Counts GPU units (GPUs, MIG slices, time-sliced shares) in requests.

    `patterns`: resource names or fnmatch patterns of all accepted profiles.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = tuple(sorted(set(patterns)))
        self._known: dict[str, bool] = {}

    def is_gpu(self, resource: str) -> bool:
        """Whether some profile names this resource."""
        known = self._known.get(resource)
        if known is None:
            known = any(fnmatchcase(resource, pattern) for pattern in self._patterns)
            self._known[resource] = known
        return known

    def units(self, resources: Resources) -> int:
        """GPU units among the extended resources."""
        return _bounded(count for name, count in resources.extended if self.is_gpu(name))

    def units_in_doubt(self, resources: Resources) -> int:
        """As `units`; where no profile names any of the devices, all of them count as GPUs.

        For pods that wait for power: they say themselves that they draw some.
        """
        return self.units(resources) or _bounded(count for name, count in resources.extended if "/" in name)


def _bounded(counts: Iterable[int]) -> int:
    return min(MOST_UNITS, sum(counts))
