"""The auditor against the real operator: it finds nothing wrong with it, and everything with a broken one.

The broken ones are the operator itself with one part replaced in its own process; the auditor is whole.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ampacity.audit.recorder import Recorder
from ampacity.audit.verdict import Fault, Verdict
from ampacity.cli.main import main
from hack import settled
from hack.chart import ROOT
from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.e2e import objects

NODES, PODS, FIT = 4, 32, 12
FEED_KW = NODES * objects.IDLE_KW + FIT * objects.GPU_KW

BELIEVES_TWICE_THE_CAPACITY = """
from dataclasses import replace
from ampacity.translate.snapshot import buildable
build = buildable.build
def twice(site, contents):
    domains = tuple(replace(domain, capacity=2 * domain.capacity) for domain in site.domains)
    return build(replace(site, domains=domains), contents)
buildable.build = twice
"""

ANNOUNCES_NOTHING = """
from dataclasses import replace
from ampacity.cluster.holds import HoldsStore
save = HoldsStore.save
async def silent(self, ledger, version, *more):
    stored = await save(self, replace(ledger, fence=()), version, *more)
    return replace(stored, ledger=ledger)
HoldsStore.save = silent
"""


def crowded(cluster: LocalCluster, namespace: str) -> None:
    """A site for twelve GPUs, and pods that ask for 32."""
    site = objects.two_feeds("twin", f"{FEED_KW}kW", {"names": "r1"})
    objects.create(cluster.api, objects.round_profile(), site)
    cluster.add_nodes(objects.node_line(NODES, "r1", "twin"))
    objects.create_pods(cluster.api, namespace, [objects.gated_pod(f"p-{i}") for i in range(PODS)])
    settled.wait(cluster.api, 60, pods=PODS)


def verdict_on(cluster: LocalCluster, namespace: str, sabotage: Path) -> Verdict:
    """What the auditor says of an operator in whose process `sabotage` was run first."""
    (sabotage / "sitecustomize.py").touch()
    path = {"PYTHONPATH": f"{sabotage}:{ROOT / 'operator'}"}
    operator = OperatorProcess(cluster, identity=f"broken-{os.getpid()}", extra=path)
    with Recorder(cluster.kubeconfig) as recorder, operator:
        crowded(cluster, namespace)
    return recorder.verdict()


def test_audit_finds_nothing_wrong_with_the_operator(
    stage: LocalCluster, operator: OperatorProcess, recorder: Recorder, namespace: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    crowded(stage, namespace)
    verdict = recorder.verdict()
    assert verdict.ok, verdict.text()
    assert verdict.grants == FIT
    on_stage = ("--kubeconfig", str(stage.kubeconfig))
    assert main(["audit", *on_stage]) == 0
    assert "12 grants judged, no limit exceeded now" in capsys.readouterr().out
    waiting = next(pod for pod in settled.gpu_pods(stage.api, namespace) if pod.gated)
    assert main(["explain", f"pod/{waiting.name}", "-n", namespace, *on_stage]) == 1
    assert waiting.powered[2] in capsys.readouterr().out
    assert main(["top", *on_stage]) == 0
    assert f"{namespace}/{waiting.name}: 1 waits: {waiting.powered[2]}" in _unwrapped(capsys.readouterr().out)


def _unwrapped(text: str) -> str:
    return " ".join(text.split())


def test_audit_catches_a_planner_that_believes_too_much(
    stage: LocalCluster, namespace: str, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(BELIEVES_TWICE_THE_CAPACITY)
    verdict = verdict_on(stage, namespace, tmp_path)
    assert verdict.grants == PODS
    assert {finding.fault for finding in verdict.findings} == {Fault.EXCEEDED}
    assert "Feed feed-" in verdict.text() and "more than its 20 kW, if feed feed-" in verdict.text()


def test_audit_catches_an_operator_that_announces_nothing(
    stage: LocalCluster, namespace: str, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(ANNOUNCES_NOTHING)
    verdict = verdict_on(stage, namespace, tmp_path)
    assert [finding.fault for finding in verdict.findings] == [Fault.UNANNOUNCED] * FIT
