"""The stages that KWOK plays, at both paces."""

from pathlib import Path
from typing import Any

import yaml

from hack.stage_file import Pace, write


def test_fast_pods_start_and_go_at_once_but_slow_termination_stays_slow(tmp_path: Path) -> None:
    realistic, fast = _delays(tmp_path, "realistic"), _delays(tmp_path, "fast")

    assert realistic["pod-start"] > 0 and realistic["pod-ready"] > 0 and realistic["pod-delete"] > 0
    assert fast["pod-start"] == fast["pod-ready"] == fast["pod-delete"] == 0
    assert fast["pod-delete-slow"] == realistic["pod-delete-slow"] > 10_000


def test_the_pace_of_pods_leaves_nodes_alone(tmp_path: Path) -> None:
    assert _delays(tmp_path, "fast")["node-heartbeat"] == _delays(tmp_path, "realistic")["node-heartbeat"]


def test_a_time_that_a_pod_asks_for_holds_at_both_paces(tmp_path: Path) -> None:
    for pace in ("realistic", "fast"):
        assert "simulation.ampacity.io/start" in str(
            _stages(tmp_path, pace)["pod-ready"]["delay"]["durationFrom"]
        )


def _delays(folder: Path, pace: Pace) -> dict[str, int]:
    stages = _stages(folder, pace)
    return {name: spec["delay"]["durationMilliseconds"] for name, spec in stages.items() if "delay" in spec}


def _stages(folder: Path, pace: Pace) -> dict[str, Any]:
    documents = yaml.safe_load_all(write(folder / "stages.yaml", pace).read_text())
    return {document["metadata"]["name"]: document["spec"] for document in documents}
