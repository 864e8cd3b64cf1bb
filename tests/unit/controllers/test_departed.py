"""What is remembered of deleted profiles: in this process, and on record for the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ampacity.controllers.departed import DepartedProfiles
from ampacity.translate.accepted import PROFILE, Revision
from ampacity.translate.profiles.departed import Users
from ampacity.translate.profiles.profile import profile_of
from ampacity.translate.records import Profile
from tests.builders.tape import PROFILE as OBJECT


def revision(name: str = "x8", maximum: str = "10kW", generation: int = 1) -> Revision:
    spec: dict[str, Any] = {**OBJECT["spec"], "node": {"idle": "2kW", "maximum": maximum}}
    return Revision(PROFILE, name, f"uid-{name}", generation, spec)


def profile(of: Revision) -> Profile:
    found, problems = profile_of(of.alone())
    assert found is not None, problems
    return found


def names(memory: DepartedProfiles, living: Sequence[Revision], reserved: Iterable[str]) -> list[str]:
    found = memory.in_force([profile(one) for one in living], living, Users(reserved=reserved))
    return [f"{profile.name}{' deleted' * profile.deleted}" for profile in found]


def test_a_deleted_profile_stays_in_force_and_on_record_while_it_is_used() -> None:
    memory = DepartedProfiles()
    assert names(memory, [revision()], ["x8"]) == ["x8"]
    assert not memory.kept
    assert names(memory, [], ["x8"]) == ["x8 deleted"]
    assert memory.kept == (revision(),)


def test_it_goes_with_its_last_user_and_does_not_come_back() -> None:
    memory = DepartedProfiles()
    names(memory, [revision()], ["x8"])
    assert names(memory, [], ["x8"]) == names(memory, [], ["x8"]) == ["x8 deleted"]
    assert names(memory, [], []) == [] and memory.kept == ()
    assert names(memory, [], ["x8"]) == []


def test_the_next_process_takes_it_up_from_its_record() -> None:
    memory = DepartedProfiles()
    memory.recall([revision()])
    assert names(memory, [], ["x8"]) == ["x8 deleted"]
    assert memory.kept == (revision(),)


def test_the_record_that_was_made_last_counts() -> None:
    memory = DepartedProfiles()
    memory.recall([revision(generation=7), revision(maximum="12kW")])
    (found,) = memory.in_force([], (), Users(reserved=["x8"]))
    assert found.maximum == 12_000_000


def test_a_profile_that_lives_is_not_replaced_by_its_record() -> None:
    memory = DepartedProfiles()
    memory.recall([revision(maximum="20kW")])
    (found,) = memory.in_force([profile(revision())], [revision()], Users(reserved=["x8"]))
    assert found.maximum == 10_000_000 and not found.deleted


def test_records_that_are_no_profiles_are_passed_over() -> None:
    memory = DepartedProfiles()
    memory.recall([Revision("SitePowerEnvelope", "x8", "u", 1, {}), Revision(PROFILE, "x8", "u", 1, {})])
    assert names(memory, [], ["x8"]) == []
