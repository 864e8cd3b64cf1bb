"""Ten thousand odd objects: each is refused with a field and a sentence, or taken and answered.

Counts go to build/fuzz.json. The seed is fixed in continuous integration and random otherwise; FUZZ_SEED
repeats a run, FUZZ_BATCHES makes it longer or shorter.
"""

import json
import os
import statistics
import time
from collections.abc import Mapping
from pathlib import Path
from random import SystemRandom
from typing import Any

import pytest

from hack.cluster import LocalCluster
from hack.operator_process import OperatorProcess
from tests.builders import resources
from tests.fuzz import canaries
from tests.fuzz.answers import DECODER, KUBERNETES, POLICY, REFUSALS, RULE, SCHEMA
from tests.fuzz.campaign import Campaign, table
from tests.fuzz.generate import COLLECTIONS, NAMESPACE, Share, batch
from tests.fuzz.handled import COUNTED, NOT_OURS, OUTCOMES, PLACED, POWERED, READY, STALLED, WAITING
from tests.fuzz.seeds import SITE
from tests.fuzz.vitals import Vitals, complaints, vitals
from tests.tables import Show

BATCHES = int(os.environ.get("FUZZ_BATCHES", "20"))
SHARES = (
    Share("sitepowerenvelopes", drawn=40, damaged=110, whole=10),
    Share("acceleratorprofiles", drawn=20, damaged=32, whole=3),
    Share("modelprofiles", drawn=12, damaged=15, whole=3),
    Share("gpuinferencepools", drawn=20, damaged=60, whole=5),
    Share("pods", drawn=0, damaged=100, whole=10),
    Share("nodes", drawn=0, damaged=50, whole=10),
)
OBJECTS = BATCHES * sum(share.drawn + share.damaged + share.whole for share in SHARES)
EXPECTED = {
    "sitepowerenvelopes": {SCHEMA, RULE, POLICY, DECODER, READY, STALLED},
    "acceleratorprofiles": {SCHEMA, RULE, DECODER, READY, STALLED},
    "modelprofiles": {RULE, DECODER, READY},
    "gpuinferencepools": {SCHEMA, RULE, POLICY, DECODER, STALLED, PLACED, WAITING},
    "pods": {DECODER, KUBERNETES, POWERED, WAITING, NOT_OURS},
    "nodes": {DECODER, KUBERNETES, COUNTED},
}
MOST_MEMORY_MIB, MOST_IDLE_CYCLES = 300, 5
_RESULT = Path(__file__).parents[2] / "build" / "fuzz.json"


@pytest.mark.timeout(1500)
def test_fuzz(stage: LocalCluster, show: Show) -> None:
    seed, begun = _seed(), time.monotonic()
    _prepare(stage)
    campaign = Campaign(stage.api, always=[resources.envelope(SITE)])
    with OperatorProcess(stage, identity=f"fuzzed-{os.getpid()}") as operator:
        for number in range(BATCHES):
            campaign.run(number, batch(SHARES, number, seed))
            if number < BATCHES - 1:
                campaign.clear()
        idle = _idle_cycles(campaign, operator)
        after, troubles = vitals(operator), complaints(operator)
    found = _figures(campaign, after) | {"seed": seed, "seconds": round(time.monotonic() - begun)}
    _RESULT.parent.mkdir(exist_ok=True)
    _RESULT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    show(f"{OBJECTS:,} odd objects, FUZZ_SEED={seed}\n{table(campaign.counts, (*REFUSALS, *OUTCOMES))}")
    assert not campaign.faults, f"FUZZ_SEED={seed}\n" + "\n\n".join(campaign.faults[:5])
    assert troubles == []
    for plural, outcomes in EXPECTED.items():
        assert outcomes <= set(campaign.counts[plural]), (
            f"FUZZ_SEED={seed}: a class of {plural} has no example"
        )
    assert sum(sum(found.values()) for found in campaign.counts.values()) == OBJECTS
    assert (after.failed, after.unreadable, after.leader) == (0, 0, 1)
    assert after.peak < MOST_MEMORY_MIB and idle <= MOST_IDLE_CYCLES


def _seed() -> int:
    stated = os.environ.get("FUZZ_SEED") or ("1" if os.environ.get("CI") else "")
    return int(stated) if stated else SystemRandom().randrange(2**32)


def _prepare(stage: LocalCluster) -> None:
    """The namespace, and the profiles of the canaries and of the fuzzed nodes."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    stage.api.post("/api/v1/namespaces", namespace)
    for profile in (canaries.profile(), resources.profile("box-8")):
        stage.api.post(COLLECTIONS["acceleratorprofiles"], profile)
    deadline = time.monotonic() + 20
    while not stage.api.names(f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts"):
        assert time.monotonic() < deadline, "the namespace has no ServiceAccount"
        time.sleep(0.1)


def _idle_cycles(campaign: Campaign, operator: OperatorProcess) -> float:
    """Cycles in the first five seconds in which nothing is written, which come once all has its answer."""
    deadline, known = time.monotonic() + 60, campaign.versions()
    while time.monotonic() < deadline:
        before = vitals(operator).cycles
        time.sleep(5)
        now = campaign.versions()
        if now == known:
            return vitals(operator).cycles - before
        known = now
    raise AssertionError("the operator still writes statuses, a minute after the last object")


def _figures(campaign: Campaign, after: Vitals) -> dict[str, Any]:
    counts: Mapping[str, Any] = {plural: dict(found) for plural, found in campaign.counts.items()}
    return {
        "objects": OBJECTS,
        "outcomes": counts,
        "canaries_served_s": {"median": statistics.median(campaign.served), "most": max(campaign.served)},
        "memory_peak_mib": round(after.peak),
        "cpu_s": after.cpu,
        "cycles": after.cycles,
    }
