"""The memory of deleted profiles: which are still in force, and what has to stay on record for them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ampacity.translate.accepted import PROFILE, Revision
from ampacity.translate.profiles.departed import Users, still_needed
from ampacity.translate.profiles.profile import profile_of
from ampacity.translate.records import Profile

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    """A profile, and the record that outlives this process."""

    profile: Profile
    revision: Revision


class DepartedProfiles:
    """Remembers the profiles in force by name; `recall` adds what an earlier process put on record."""

    def __init__(self) -> None:
        self._living: frozenset[str] = frozenset()
        self._last: dict[str, _Known] = {}
        self._departed: tuple[Revision, ...] = ()

    @property
    def kept(self) -> tuple[Revision, ...]:
        """What has to be on record: the last accepted generations of the deleted profiles in force."""
        return self._departed

    def recall(self, revisions: Iterable[Revision]) -> None:
        """Take up what is on record, in the order in which it was put there."""
        for revision in revisions:
            profile = profile_of(revision.alone())[0] if revision.kind == PROFILE else None
            if profile is not None:
                self._last[revision.name] = _Known(profile, revision)

    def in_force(
        self, living: Sequence[Profile], accepted: Iterable[Revision], users: Users
    ) -> tuple[Profile, ...]:
        """`living`, whose accepted generations are `accepted`, and the deleted ones that have users yet."""
        now = {profile.name: profile for profile in living}
        gone = [known.profile for name, known in self._last.items() if name not in now]
        kept = tuple(still_needed(gone, living, users)) if gone else ()
        for profile in kept:
            if profile.name in self._living:
                log.warning("profile %s was deleted and stays in force while it is used", profile.name)
        self._departed = tuple(self._last[profile.name].revision for profile in kept)
        self._living = frozenset(now)
        self._last = {r.name: _Known(now[r.name], r) for r in accepted if r.name in now} | {
            profile.name: _Known(profile, self._last[profile.name].revision) for profile in kept
        }
        return (*living, *kept)
