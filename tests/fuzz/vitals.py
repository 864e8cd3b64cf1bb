"""How the operator process is: its memory, its cycles, its log."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from hack.operator_process import OperatorProcess

_MIB = 1024


@dataclass(frozen=True, slots=True)
class Vitals:
    """Memory now and at most (MiB), CPU time (s), cycles done and failed, objects no watch could read."""

    memory: float
    peak: float
    cpu: float
    cycles: float
    failed: float
    unreadable: float
    leader: float


def vitals(operator: OperatorProcess) -> Vitals:
    """As they are now."""
    status = Path(f"/proc/{operator.pid}/status").read_text(encoding="utf-8")
    ticks = Path(f"/proc/{operator.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    text = operator.metrics()
    return Vitals(
        memory=_kib(status, "VmRSS") / _MIB,
        peak=_kib(status, "VmHWM") / _MIB,
        cpu=(int(ticks[11]) + int(ticks[12])) / 100,
        cycles=_sum(text, r'ampacity_cycles_total\{result="done"\}'),
        failed=_sum(text, r'ampacity_cycles_total\{result="failed"\}'),
        unreadable=_sum(text, r"ampacity_undecodable_objects\{[^}]*\}"),
        leader=_sum(text, "ampacity_leader"),
    )


def complaints(operator: OperatorProcess) -> list[str]:
    """Lines of its log that tell of an error, a failed cycle or a traceback."""
    found = []
    for line in operator.log.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            found.append(line)
            continue
        if (
            entry["level"] in ("error", "critical")
            or "traceback" in entry
            or "cycle failed" in entry["message"]
        ):
            found.append(line)
    return found


def _kib(status: str, name: str) -> int:
    match = re.search(rf"^{name}:\s+(\d+) kB", status, re.M)
    assert match is not None
    return int(match[1])


def _sum(metrics: str, series: str) -> float:
    return sum(float(value) for value in re.findall(rf"^{series} (\S+)$", metrics, re.M))
