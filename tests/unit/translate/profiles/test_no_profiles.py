"""Before the first profile is known, servers count at a stated figure, never at zero, and admit nothing."""

from __future__ import annotations

from ampacity.translate.profiles.hardware import HardwareBook
from tests.builders.kube import node
from tests.builders.power import rack


def test_without_any_profile_a_server_counts_and_is_not_known() -> None:
    found = HardwareBook(()).look_up(node("n1"), rack("r1"))
    assert found.draw is None and found.why_not == "no accelerator profile knows its hardware"
    assert min(found.worst.power, found.worst.air, found.worst.liquid) == 15_500_000
    assert "15.5 kW; add an AcceleratorProfile" in found.doubt
