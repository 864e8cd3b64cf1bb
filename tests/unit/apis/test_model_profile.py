"""Rules of a ModelProfile, as Python judges them; tests/integration/crds asks the API server the same."""

from typing import Any

import pytest

from ampacity.apis import ModelProfile, read
from tests.builders.resources import fit, model

FP4 = {"precision": "FP4", "gigabytes": 5}
SWAPPED = {"billions": 3, "activeBillions": 8}
REFUSED = [
    (model(fits=[fit(precision="FP4")]), "spec.weights", "no weights are stated"),
    (model(fits=[fit(memoryGigabytes=7)]), "spec.fits", "less memory than its weights take"),
    (model(fits=[fit(gpus=4, tensorParallel=3)]), "spec.fits[0].tensorParallel", "shared out evenly"),
    (model(parameters=SWAPPED), "spec.parameters.activeBillions", "cannot use more"),
    (model(model="two words"), "spec.model", "is no model; write the id"),
    (model(fits=[fit(accelerator="H100!")]), "spec.fits[0].accelerator", "is no name of a profile or family"),
    (model(sources=[{"figures": ["weights"]}]), "spec.sources[0]", "needs a document, or a word"),
]  # fmt: skip


@pytest.mark.parametrize(("obj", "path", "said"), REFUSED)
def test_what_cannot_be_meant_is_refused_with_the_field(obj: dict[str, Any], path: str, said: str) -> None:
    resource, problems = read(ModelProfile, obj)
    assert resource is None
    assert any(
        problem.path == path and said in problem.message + "; " + problem.remedy for problem in problems
    )


@pytest.mark.parametrize(
    "obj",
    [
        model(weights=[FP4, *model()["spec"]["weights"]], fits=[fit(), fit(gpus=2, precision="FP4")]),
        model(fits=[fit(memoryGigabytes=8)]),
        model(fits=[fit(gpus=4, tensorParallel=2)], parameters={"billions": 8, "activeBillions": 8}),
    ],
)
def test_the_edges_are_taken(obj: dict[str, Any]) -> None:
    assert read(ModelProfile, obj)[1] == ()


def test_a_number_with_a_unit_is_no_number() -> None:
    _, (problem,) = read(ModelProfile, model(fits=[fit(memoryGigabytes="80GB")]))
    assert problem.path == "spec.fits[0].memoryGigabytes" and "whole number" in problem.message
