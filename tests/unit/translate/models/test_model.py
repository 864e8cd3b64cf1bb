"""A ModelProfile as values."""

import pytest

from ampacity.translate.models.model import model_of
from ampacity.translate.models.records import Fit, Origin
from tests.builders.resources import fit, model

RATES = ["prefillTokensPerSecond", "decodeTokensPerSecond"]
SAID = {"document": "A table", "says": "1,000 tokens/s."}


def only_fit(**fields: object) -> Fit:
    read, problems = model_of(model(fits=[fit(**fields)]))
    assert read is not None, problems
    return read.fits[0]


def test_bytes_tokens_and_milliseconds() -> None:
    read, _ = model_of(model("m", generation=3, displayName="M", fits=[fit("h100", 2)]))
    assert read is not None
    assert (read.name, read.generation, read.served, read.context, read.display_name) == (
        "m", 3, "example/chat-8b", 32768, "M",
    )  # fmt: skip
    (found,) = read.fits
    assert (found.accelerator, found.gpus, found.tensor_parallel) == ("h100", 2, 2)
    assert (found.weights, found.memory) == (8_000_000_000, 20_000_000_000)
    assert (found.prefill, found.decode, found.first_ms, found.token_ms) == (10_000, 1_000, 2_000, 50)


def test_tensor_parallel_may_be_less_than_all_gpus() -> None:
    assert only_fit(gpus=8, tensorParallel=4).tensor_parallel == 4


def test_distribution_gets_the_same_figures() -> None:
    variant = only_fit(gpus=2).variant("h100", "2xh100")
    assert (variant.name, variant.footprint, variant.gpus) == ("h100", "2xh100", 2)
    assert (variant.prefill, variant.decode, variant.ttft_ms) == (10_000, 1_000, 2_000)


@pytest.mark.parametrize(
    ("sources", "origin"),
    [
        (None, Origin.UNSTATED),
        ([SAID | {"figures": RATES}], Origin.PUBLISHED),
        ([SAID | {"figures": RATES, "estimated": "Halved."}], Origin.DERIVED),
        ([{"figures": RATES, "estimated": "By formula."}], Origin.ESTIMATED),
        ([SAID | {"figures": RATES[:1]}], Origin.UNSTATED),
        ([SAID | {"figures": RATES[:1]}, {"figures": RATES[1:], "estimated": "Guess."}], Origin.ESTIMATED),
        ([SAID | {"figures": ["memoryGigabytes"]}], Origin.UNSTATED),
    ],
)
def test_the_weaker_of_both_rates_says_where_figures_come_from(sources: object, origin: Origin) -> None:
    assert only_fit(sources=sources).origin is origin


def test_doubled_entries_are_refused_as_the_api_server_would() -> None:
    weights = model()["spec"]["weights"] * 2
    _, problems = model_of(model(weights=weights, fits=[fit(), fit("h100"), fit()]))
    assert [str(problem) for problem in problems] == [
        "spec.weights: states FP8 twice; keep one of them",
        "spec.fits: has 1 x box twice; keep one of them",
    ]
