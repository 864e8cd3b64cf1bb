import pytest

from ampacity.translate.fleet import places
from ampacity.translate.fleet.places import Places
from tests.builders.fleet import small_site
from tests.builders.kube import node
from tests.builders.world import profile

SITES, PROFILES = {"hall": small_site()}, (profile(),)


def test_a_change_that_could_not_be_taken_in_is_taken_in_the_next_time(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    kept = Places()
    kept.update(SITES, PROFILES, [node(rack="r1")])
    moved = [node(rack="r2", version=2)]
    with monkeypatch.context() as broken:
        broken.setattr(places, "Finder", None)
        broken.setattr(places, "_place", None)
        with pytest.raises(TypeError):
            kept.update(SITES, PROFILES, moved)
    assert kept.update(SITES, PROFILES, moved).places["n1"].rack == "r2"


def test_the_same_fleet_as_long_as_nothing_that_matters_changes() -> None:
    kept = Places()
    first = kept.update(SITES, PROFILES, [node()])
    assert kept.update(dict(SITES), (profile(),), [node(version=2, ready=False)]) is first
    assert kept.update(SITES, PROFILES, []) is not first
