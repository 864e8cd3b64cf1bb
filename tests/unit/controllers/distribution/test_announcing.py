"""What is said of a decision."""

from __future__ import annotations

from ampacity.controllers.distribution.announcing import changes
from ampacity.core.distribution.model import Choice
from ampacity.core.distribution.targets import Targets

STANDING = {Choice("ai/chat", "paris", "h200"): ["n1", "n2"], Choice("ai/code", "paris", "h200"): ["n3"]}


def decided(**sites: int) -> Targets:
    return Targets({(site, "h200"): count for site, count in sites.items()})


def test_sites_that_get_another_number_are_named() -> None:
    told = changes({"ai/chat": decided(paris=2, oslo=1)}, {"ai/chat": decided(paris=3, rome=1, oslo=1)}, {})
    assert dict(told) == {"ai/chat": "paris: 2 (was 3), rome: 0 (was 1)"}


def test_at_first_they_are_compared_with_what_runs() -> None:
    told = changes({"ai/chat": decided(paris=2), "ai/code": decided(oslo=1)}, {}, STANDING)
    assert dict(told) == {"ai/code": "oslo: 1 (was 0), paris: 0 (was 1)"}
