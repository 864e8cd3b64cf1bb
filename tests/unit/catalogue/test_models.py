"""The models of the catalogue as data: enough of them, sound, and a source for every figure."""

import re
from itertools import pairwise
from typing import Any

import pytest

from ampacity.catalogue import documents, models
from ampacity.translate.models.matching import fits_on
from ampacity.translate.models.model import model_of
from ampacity.translate.models.records import Model, Origin
from ampacity.translate.profiles.profile import profile_of
from hack.generate import ROOT
from hack.models.catalogue import stated
from hack.models.facts import accelerators, architectures
from hack.models.roofline import CACHE_SHARE, USABLE, WEIGHT_BYTES

DOCUMENTS = {str(obj["metadata"]["name"]): obj for obj in models()}
PROFILES = [profile for obj in documents() if (profile := profile_of(obj)[0]) is not None]
FITS = list(stated())
every_model = pytest.mark.parametrize("name", DOCUMENTS)
every_fit = pytest.mark.parametrize("fit", FITS, ids=lambda fit: f"{fit.model}-{fit.gpus}x{fit.accelerator}")


def read(name: str) -> Model:
    model, problems = model_of(DOCUMENTS[name])
    assert model is not None, [str(problem) for problem in problems]
    return model


def test_well_known_models_of_eight_makers_from_the_smallest_server_to_the_rack() -> None:
    assert len(DOCUMENTS) >= 12
    known = {"llama-3-1-8b", "llama-3-3-70b", "llama-3-1-405b", "mixtral-8x7b", "deepseek-r1", "qwen3-32b"}
    assert known | {"gpt-oss-120b", "gemma-3-27b", "phi-4", "mistral-small-24b"} <= DOCUMENTS.keys()
    assert len({read(name).served.partition("/")[0] for name in DOCUMENTS}) == 8
    assert {"l4", "l40s", "a100", "h100", "h200", "b200", "gb200", "mi300x"} <= {
        fit.accelerator for fit in FITS
    }


@every_model
def test_each_runs_on_several_accelerators_that_have_profiles(name: str) -> None:
    model = read(name)
    assert len({fit.accelerator for fit in model.fits}) >= 2
    standing = {fit for profile in PROFILES for fit in fits_on(model, profile)}
    assert standing == set(model.fits)


@every_model
def test_every_figure_has_a_source(name: str) -> None:
    spec = DOCUMENTS[name]["spec"]
    own = {f"parameters.{figure}" for figure in spec["parameters"]}
    own |= {"weights.model" for weights in spec["weights"] if "model" in weights}
    assert _sourced(spec) == own | {"weights", "contextLength", "cacheBytesPerToken"}
    for fit in spec["fits"]:
        figures = {"prefillTokensPerSecond", "decodeTokensPerSecond", "memoryGigabytes"}
        assert _sourced(fit) == figures and figures < fit.keys()


@every_model
def test_no_figure_passes_for_more_than_it_is(name: str) -> None:
    """Nothing published states both rates at a latency, so all are derived from documents, or estimated."""
    assert {fit.origin for fit in read(name).fits} <= {Origin.DERIVED, Origin.ESTIMATED}
    for fit in FITS:
        rates = next(s for s in _fit(fit)["sources"] if "decodeTokensPerSecond" in s["figures"])
        assert rates.get("document") == next(iter(fit.estimate.efficiency.documents), None)


@every_model
def test_sizes_agree_with_the_shape_that_the_formula_counts_with(name: str) -> None:
    spec, shape = DOCUMENTS[name]["spec"], architectures()[name]
    billions = spec["parameters"]["billions"]
    assert billions * 1e9 == pytest.approx(shape.parameters)
    assert spec["parameters"].get("activeBillions", billions) * 1e9 == pytest.approx(shape.active)
    assert spec["cacheBytesPerToken"] == shape.cache
    for weights in spec["weights"]:
        assert weights["gigabytes"] == pytest.approx(billions * WEIGHT_BYTES[weights["precision"]], rel=0.01)


@every_fit
def test_the_figures_are_what_the_formula_gives(fit: Any) -> None:
    assert fit.figures == fit.formula, "carry over what `python -m hack.models` prints"


@every_fit
def test_memory_holds_what_is_counted_with(fit: Any) -> None:
    assert fit.estimate.batch >= 16  # fewer at a time, and the fit is not worth its GPUs
    assert fit.figures[2] <= USABLE * fit.gpus * accelerators()[fit.accelerator]["memory"] + 1


@every_fit
def test_nothing_is_faster_than_the_hardware(fit: Any) -> None:
    """By the plain figures, no shares: bytes over bandwidth, operations over the dense rate."""
    one, shape = accelerators()[fit.accelerator], architectures()[fit.model]
    prefill, decode, _ = fit.figures
    rate = fit.gpus * one["tflops"][fit.precision] * 1e12
    assert prefill * 2 * shape.active < 0.5 * rate and decode * 2 * shape.active < 0.5 * rate
    each = 1_500 * shape.cache * CACHE_SHARE[fit.precision]  # cache read for one token of one request
    assert decode * each < fit.gpus * one["bandwidth"] * 1e12


@every_fit
def test_an_input_is_read_well_within_the_time_to_first_token(fit: Any) -> None:
    assert 1_000 / fit.figures[0] <= fit.first_ms / 1000 / 4


@pytest.mark.parametrize("model", ["llama-3-3-70b", "qwen3-32b", "gpt-oss-20b"])
def test_larger_gpus_of_a_maker_do_more(model: str) -> None:
    order = ("l4", "l40s", "h100", "h200", "b200")
    by_size = {fit.accelerator: fit.figures[1] / fit.gpus for fit in FITS if fit.model == model}
    assert all(a < b for a, b in pairwise(by_size[name] for name in order if name in by_size))


def test_the_page_counts_them() -> None:
    page = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    derived = sum(bool(fit.estimate.efficiency.documents) for fit in FITS)
    assert f"catalogue of {len(DOCUMENTS)} open models" in page
    for word, count in (("derived", derived), ("estimated", len(FITS) - derived)):
        assert re.search(rf"^\| `{word}` \|.*\| {count} \|$", page, re.MULTILINE), word


def _fit(fit: Any) -> dict[str, Any]:
    fits: list[dict[str, Any]] = DOCUMENTS[fit.model]["spec"]["fits"]
    return next(f for f in fits if (f["accelerator"], f["gpus"]) == (fit.accelerator, fit.gpus))


def _sourced(part: dict[str, Any]) -> set[str]:
    for source in part["sources"]:
        assert ("document" in source) == ("says" in source)
        assert len(source.get("says", source.get("estimated", ""))) > 4
    return {figure for source in part["sources"] for figure in source["figures"]}
