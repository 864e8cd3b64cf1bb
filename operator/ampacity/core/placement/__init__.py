"""The planner: which waiter starts on which node, and why the others wait."""

from ampacity.core.placement.planner import plan
from ampacity.core.placement.policy import Policy

__all__ = ["Policy", "plan"]
