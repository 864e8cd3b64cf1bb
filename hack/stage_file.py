"""The KWOK stages as one file, with the pods' delays taken off where a test is not about them."""

from pathlib import Path
from typing import Any, Literal

import yaml

Pace = Literal["realistic", "fast"]

_FOLDER = Path(__file__).parent / "stages"
_DELIBERATE = {"pod-delete-slow"}


def write(target: Path, pods: Pace) -> Path:
    """All stages as documents of one file."""
    documents = [
        document
        for file in sorted(_FOLDER.glob("*.yaml"))
        for document in yaml.safe_load_all(file.read_text())
    ]
    if pods == "fast":
        documents = [_hurried(document) for document in documents]
    target.write_text(yaml.safe_dump_all(documents))
    return target


def _hurried(stage: dict[str, Any]) -> dict[str, Any]:
    spec = stage["spec"]
    if (
        spec["resourceRef"]["kind"] != "Pod"
        or "delay" not in spec
        or stage["metadata"]["name"] in _DELIBERATE
    ):
        return stage
    delay = {**spec["delay"], "durationMilliseconds": 0, "jitterDurationMilliseconds": 0}
    return {**stage, "spec": {**spec, "delay": delay}}
