"""How a pool's replicas spread over sites.

Two deciders live here while one replaces the other. `rank_sites` orders the sites a pool accepts, and
placement fills the first as far as it goes, then the next. `distribute` decides for all pools together by
demand, latency, residency, tiers, spread and secured power; docs/distribution.md says how.

Read in this order: `model` (the question), `answer`; `goodput`, `latency`, `eligibility`, `check`;
`capacity`, `room`, `fleet`, `block` (the question as arrays); `program`, `objective`, `joint` (exact);
`relax`, `plans`, `planned`, `settle`, `fill`, `nearer` (large); `survival`, `lean`, `keep`; `placer`,
`cuts`; `decide` (the steps), `follow`, `way` (after a change), `report`.
"""

from ampacity.core.distribution.answer import Distribution
from ampacity.core.distribution.decide import Decision, decide
from ampacity.core.distribution.follow import follow
from ampacity.core.distribution.headroom import site_headroom
from ampacity.core.distribution.model import Task
from ampacity.core.distribution.placer import Judge
from ampacity.core.distribution.policy import Policy
from ampacity.core.distribution.rank import accepted_sites, rank_sites
from ampacity.core.distribution.report import report

__all__ = [
    "Decision",
    "Distribution",
    "Judge",
    "Policy",
    "Task",
    "accepted_sites",
    "decide",
    "distribute",
    "follow",
    "rank_sites",
    "report",
    "site_headroom",
]


def distribute(task: Task, policy: Policy | None = None, judge: Judge | None = None) -> Distribution:
    """Decide and tell; `decide` and `report` in one."""
    return report(decide(task, policy or Policy(), judge))
