"""What the auditor has to say: findings, and how much it could see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Fault(StrEnum):
    """What kind of fault a finding is."""

    EXCEEDED = "LimitExceeded"        # a grant took a limit over its capacity, now or after a failure
    OVER = "OverLimit"                # a limit is exceeded now, or would be after a failure, by whatever way
    NOWHERE = "GrantNowhere"          # a grant on a node that no envelope gives a place with live power
    OUTSIDE = "GrantOutsideResidency"  # a grant at a site where its namespace does not allow its pods to run
    UNRESERVED = "GrantWithoutReservation"  # let go or bound, and no reservation says what it may draw
    UNANNOUNCED = "GrantUnannounced"  # no fence record of the holds object announced the grant before
    MISPLACED = "ReservationMisplaced"  # a reservation on a pod that is not where it says


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault at one moment: the resourceVersion at which it came to be, and when that was seen."""

    fault: Fault
    version: int
    time: float
    subject: str
    sentence: str

    def __str__(self) -> str:
        moment = datetime.fromtimestamp(self.time, UTC).strftime("%H:%M:%S.%f")[:-3]
        return f"{moment} {self.fault}: {self.subject}: {self.sentence} (version {self.version})"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`grants`: how many were judged. `gaps`: what could not be seen or judged, in words.

    `clean`: what it means that nothing was found. `blind`: why nothing at all could be judged.
    `moment`: it speaks of one moment, not of grants that were watched as they happened.
    """

    grants: int
    findings: tuple[Finding, ...] = ()
    gaps: tuple[str, ...] = ()
    clean: str = "no limit exceeded, nothing unannounced"
    blind: str = ""
    moment: bool = False

    @property
    def ok(self) -> bool:
        """Nothing was found, and nothing escaped the auditor's eyes."""
        return not self.findings and not self.gaps and not self.blind

    def text(self) -> str:
        """For people, several lines."""
        lines = [f"Audit: {self._judged()}, {self._found()}."]
        lines += [f"  {finding}" for finding in self.findings]
        lines += [f"  not seen: {gap}" for gap in self.gaps]
        return "\n".join(lines)

    def _judged(self) -> str:
        if self.grants or self.moment:
            return f"{self.grants} grants judged" if self.grants != 1 else "1 grant judged"
        return "nothing judged" if self.blind else "no grant happened"

    def _found(self) -> str:
        if self.findings:
            return f"{len(self.findings)} findings" if len(self.findings) != 1 else "1 finding"
        return self.blind or self.clean
