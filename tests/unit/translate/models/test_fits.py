"""Which fits of a model stand on the servers there are."""

from ampacity.translate.models.matching import fits_on, unusable, usable
from ampacity.translate.models.model import model_of
from ampacity.translate.models.records import Model
from ampacity.translate.profiles.profile import profile_of
from ampacity.translate.records import Profile
from tests.builders import resources


def model(*fits: tuple[str, int]) -> Model:
    read, problems = model_of(resources.model(fits=[resources.fit(*one) for one in fits]))
    assert read is not None, problems
    return read


def server(name: str, gpus: int = 8, family: str = "box") -> Profile:
    read, problems = profile_of(resources.profile(name, gpus=gpus, family=family))
    assert read is not None, problems
    return read


def names(fits: object) -> list[tuple[str, int]]:
    return [(fit.accelerator, fit.gpus) for fit in fits]  # type: ignore[attr-defined]


def test_a_family_stands_for_its_profiles_smallest_replica_first() -> None:
    wanted = model(("box", 8), ("box", 2), ("other", 1))
    assert names(fits_on(wanted, server("box-8"))) == [("box", 2), ("box", 8)]


def test_a_replica_must_fit_one_server() -> None:
    wanted = model(("box", 2), ("box", 8))
    assert names(fits_on(wanted, server("box-4", 4))) == [("box", 2)]
    assert names(usable(wanted, [server("box-4", 4), server("box-8")])) == [("box", 2), ("box", 8)]


def test_who_names_the_profile_wins_over_its_family() -> None:
    for wanted in (model(("box", 2), ("box-8", 2)), model(("box-8", 2), ("box", 2))):
        assert names(fits_on(wanted, server("box-8"))) == [("box-8", 2)]
        assert names(fits_on(wanted, server("box-8-liquid"))) == [("box", 2)]


def test_what_no_server_takes_is_said_once_with_what_to_do() -> None:
    wanted = model(("box", 2), ("bx-8", 1), ("bx-8", 2), ("tray", 8), ("zzz", 1))
    servers = [server("box-8"), server("tray-4", 4, "tray")]
    assert list(unusable(wanted, servers)) == [
        "no AcceleratorProfile in force is called bx-8 or has it as its family; did you mean box-8?",
        "a replica on 8 x tray does not fit a server, which has 4; state a smaller fit",
        "no AcceleratorProfile in force is called zzz or has it as its family;"
        " apply its profile to use these fits",
    ]
    assert names(usable(wanted, servers)) == [("box", 2)]


def test_with_all_servers_there_nothing_is_said() -> None:
    assert list(unusable(model(("box", 2)), [server("box-8")])) == []
