"""How the life of an operator process ends: at a point of its work, at a random moment, or for a while.

An end travels to the process as JSON in an environment variable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

VARIABLE = "CRASH_END"

LATE = "late"
"""First word of the log lines that tell what became of grants after a stop."""


class When(StrEnum):
    """On which side of a request: it was not sent yet, or the server has done it and nobody knows here."""

    BEFORE = "before"
    AFTER = "after"


class How(StrEnum):
    """What happens there. The monotonic clock of a suspended machine stands still, that of a stopped
    process goes on."""

    KILL = "killed"
    STOP = "stopped"
    SUSPEND = "suspended"


@dataclass(frozen=True, slots=True)
class End:
    """At the `nth` request of a kind, counted from the moment this process leads; or, where `kind`
    is "", so many `seconds` after that moment, in whatever instruction it then is. `prepared_by`: the
    end of an earlier life without which it cannot come."""

    kind: str = ""
    when: When = When.BEFORE
    nth: int = 1
    seconds: float = 0.0
    how: How = How.KILL
    prepared_by: End | None = None

    def __str__(self) -> str:
        return f"{self.when} no. {self.nth}: {self.kind}" if self.kind else "any moment"

    def environment(self) -> dict[str, str]:
        """What to start the process with."""
        return {VARIABLE: json.dumps(asdict(replace(self, prepared_by=None)))}


def read_end(environment: Mapping[str, str]) -> End | None:
    """The end that is planned for this process, if any."""
    text = environment.get(VARIABLE)
    if not text:
        return None
    fields = json.loads(text)
    return End(fields["kind"], When(fields["when"]), fields["nth"], fields["seconds"], How(fields["how"]))
