"""`plan` and `explain` name the share that is short, and by how much."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ampacity.cli.main import main
from ampacity.cli.reasons import Short, needs
from ampacity.core.placement import plan
from ampacity.core.site import Share
from ampacity.core.workload import Workload
from tests.builders.fleet import node, shape, small_site, snapshot, waiters
from tests.builders.power import kw

DATA = Path(__file__).parent / "data" / "small"
DEMAND = str(DATA / "demand.yaml")


def site(tmp_path: Path, shares: str) -> str:
    """The small site with shares."""
    path = tmp_path / "site.yaml"
    text = (DATA / "site.yaml").read_text()
    path.write_text(text.replace("  tier: Edge\n", f"  tier: Edge\n  shares: {shares}\n"))
    return str(path)


def test_a_plan_says_which_share_is_short(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["plan", "-f", site(tmp_path, "[{workload: Inference, atMost: 5kW}]"), "-f", DEMAND]) == 1
    assert "par1: share of inference (5 kW) short by " in capsys.readouterr().out


def test_a_plan_says_what_is_wrong_with_shares(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    wrong = site(tmp_path, "[{workload: Training, atLeast: 999kW}]")
    assert main(["plan", "-f", wrong, "-f", DEMAND]) == 2
    assert "spec.shares[0].atLeast: 999 kW for training is more than the " in capsys.readouterr().err


def test_an_explanation_shows_the_share_as_the_limit() -> None:
    hall = replace(small_site(), shares=(Share(Workload.INFERENCE, 0, kw(5)),))
    there = snapshot([node()], waiters(5, shape()), hall)
    decided = plan(there)
    (need,) = needs(there, decided, decided.refusals[0])
    assert need.limits == (Short("share of inference", kw(1.25), kw(5)),)
