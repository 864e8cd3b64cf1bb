"""How a pool's replicas spread over sites.

The rule is simple now: `rank_sites` orders the sites a pool accepts, and
placement fills the first as far as it goes, then the next. An optimiser may
replace that one function; nobody else decides between sites.
"""

from ampacity.core.distribution.headroom import site_headroom
from ampacity.core.distribution.rank import accepted_sites, rank_sites

__all__ = ["accepted_sites", "rank_sites", "site_headroom"]
