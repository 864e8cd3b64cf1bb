"""Status of a ModelProfile."""

from __future__ import annotations

from typing import Any

from ampacity.controllers.accepted import Acceptance
from ampacity.controllers.status.model import model_status
from ampacity.translate.accepted import MODEL
from ampacity.translate.models.model import model_of
from ampacity.translate.models.records import Model
from ampacity.translate.profiles.profile import profile_of
from tests.builders import resources

BOX, _ = profile_of(resources.profile())


def status(*generations: dict[str, Any]) -> dict[str, Any]:
    """After these generations of one object, with one kind of server there."""
    assert BOX is not None
    models: Acceptance[Model] = Acceptance(MODEL, model_of)
    for number, spec in enumerate(generations, 1):
        obj = resources.model(generation=number, **spec)
        obj["metadata"]["uid"] = "u"
        (verdict,) = models.judge([obj])
    return model_status(verdict, [BOX]).to_dict()


def words(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {c["type"]: (c["status"], c["reason"]) for c in found["conditions"]}


def test_in_force_with_all_its_servers_there() -> None:
    found = status({})
    assert words(found) == {
        "Ready": ("True", "InForce"), "Reconciling": ("False", "Settled"), "Stalled": ("False", "Settled"),
    }  # fmt: skip
    assert (found["observedGeneration"], found["acceptedGeneration"]) == (1, 1)
    assert (found["fits"], found["usable"]) == (1, 1)


def test_servers_that_are_not_there_keep_nothing_from_being_ready() -> None:
    found = status({"fits": [resources.fit(), resources.fit("bx-8", 2)]})
    assert words(found)["Ready"] == ("True", "InForce")
    assert words(found)["UnusableFits"] == ("True", "NoSuchServer")
    assert "did you mean box-8?" in found["conditions"][-1]["message"]
    assert (found["fits"], found["usable"]) == (2, 1)


def test_a_bad_edit_leaves_the_last_good_generation_in_force() -> None:
    found = status({}, {"fits": [resources.fit(memoryGigabytes=1)]})
    assert words(found)["Ready"] == ("True", "LastGoodInForce")
    assert words(found)["Stalled"] == ("True", "InvalidSpec")
    assert (found["observedGeneration"], found["acceptedGeneration"], found["usable"]) == (2, 1, 1)


def test_what_was_never_good_has_no_fits() -> None:
    found = status({"fits": [resources.fit(memoryGigabytes=1)]})
    assert words(found)["Ready"] == ("False", "InvalidSpec")
    assert "fits" not in found and "usable" not in found
