"""The formula behind the estimates, and how well it explains what was published."""

import csv
import os
from pathlib import Path
from statistics import median

import pytest

from hack.models.efficiency import efficiency, errors, explained
from hack.models.estimate import estimate, rounded
from hack.models.facts import Published, Rate, architectures, hardware, published
from hack.models.roofline import Replica

DATA = Path(os.environ.get("AMPACITY_DATA", Path(__file__).parents[4] / "shared" / "data"))
SPLITWISE = DATA / "splitwise" / "perf_model.csv"


def replica(model: str = "llama-3-1-8b", gpus: int = 1, **shares: float) -> Replica:
    return Replica(architectures()[model], "FP8", hardware("h100", gpus, "FP8"), **shares)


def test_one_sequence_takes_the_weights_once_and_the_overhead_of_each_layer() -> None:
    """8.03 GB at 0.7 x 3.35 TB/s and 32 x 40 us; a cache of 1,000 tokens is 65.5 MB."""
    seconds = (8.03e9 + 1_000 * 65_536) / (0.7 * 3.35e12) + 32 * 40e-6
    assert replica().step(1, 1_000) == pytest.approx(seconds)
    assert replica(decode_share=0.5).step(1, 1_000) == pytest.approx(2 * seconds)


def test_prefill_is_arithmetic() -> None:
    assert replica().prefill() == pytest.approx(0.45 * 1979e12 / (2 * 8.03e9))


def test_a_mixture_of_experts_reads_few_of_them_for_one_token_and_all_for_many() -> None:
    mixed = replica("qwen3-30b-a3b")
    overhead = 48 * 40e-6
    one, many = (mixed.step(batch, 0) - overhead for batch in (1, 500))
    assert one == pytest.approx(3.3e9 / (0.7 * 3.35e12))
    assert many == pytest.approx(30.5e9 / (0.7 * 3.35e12))


def test_the_batch_is_the_largest_that_latency_and_memory_allow() -> None:
    one = replica()
    assert one.batch(1_500, 1.0, 10_000) == one.room(1_500) == int((72e9 - 2e9 - 8.03e9) / (1_500 * 65_536))
    quick = one.batch(1_500, 0.010, 10_000)
    assert one.step(quick, 1_500) <= 0.010 < one.step(quick + 1, 1_500)
    assert one.batch(1_500, 0.001, 10_000) == 0 and one.decode(0, 1_500) == 0.0


def test_what_does_not_fit_has_no_room() -> None:
    assert replica("llama-3-1-405b").room(1_500) == 0


def test_shares_are_found_again() -> None:
    slow = replica(prefill_share=0.8, decode_share=0.3)
    rates = []
    for given, made in ((128, 2048), (1000, 1000), (8192, 1024)):
        batch = slow.room(given + made / 2)
        took = given / slow.prefill() + made / slow.decode(batch, given + made / 2)
        rates.append(Rate(given, made, made / took))
    found = explained(Published("made up", "llama-3-1-8b", "h100", 1, "FP8", tuple(rates)))
    assert (found.prefill, found.decode) == (pytest.approx(0.8), pytest.approx(0.3))


def test_no_share_is_above_one() -> None:
    miracle = Published(
        "made up", "llama-3-1-8b", "h100", 1, "FP8", (Rate(128, 2048, 1e9), Rate(4096, 64, 1e9))
    )
    assert explained(miracle).prefill == explained(miracle).decode == 1.0


@pytest.mark.parametrize(
    ("asked", "published_of"),
    [
        (("llama-3-3-70b", "h100", 2, "FP8"), True),
        (("mistral-7b", "h100", 1, "FP8"), False),  # dense, one H100: as Llama 3.1 8B
        (("mistral-7b", "l4", 1, "FP8"), False),  # like an L40S
        (("mixtral-8x7b", "mi300x", 1, "FP8"), False),  # no mixture on MI300X: as on one GPU of any
        (("mixtral-8x7b", "a100", 16, "BF16"), False),
    ],
)
def test_the_nearest_results_answer(asked: tuple[str, str, int, str], published_of: bool) -> None:
    found = efficiency(*asked)
    assert bool(found.documents) == published_of
    assert 0.1 < found.prefill <= 1 and 0.1 < found.decode <= 1


def test_a_dense_model_borrows_nothing_from_mixtures() -> None:
    same = efficiency("llama-3-1-8b", "h100", 1, "FP8")
    borrowed = efficiency("phi-4", "h100", 1, "FP8")
    assert (borrowed.prefill, borrowed.decode) == (same.prefill, same.decode)


@pytest.mark.parametrize(("mixed", "middle", "most"), [(False, 0.08, 0.25), (True, 0.12, 0.34)])
def test_published_rates_are_explained(mixed: bool, middle: float, most: float) -> None:
    """docs/models.md states these bounds: the median, and what 9 of 10 keep to."""
    results = [result for result in published() if architectures()[result.model].mixed == mixed]
    off = sorted(abs(error) for result in results for error in errors(result))
    assert len(off) >= 100
    assert median(off) < middle and off[int(0.9 * len(off))] < most


def test_what_is_promised_at_a_latency_was_measured_at_that_latency() -> None:
    """A result that nothing was fitted to: NVIDIA NIM LLMs Benchmarking 1.0.0, Performance.

    Llama-3.3-70b-instruct 1.8.0 on 2 x H100 in FP8, 5,000 input and 500 output tokens: 25 requests at a
    time get 623.4 tokens/s at 38.75 ms, 50 get 814.37 at 59.73; at the catalogue's 50 ms that is about 726.
    """
    at_50_ms = 623.4 + (814.37 - 623.4) * (50 - 38.75) / (59.73 - 38.75)
    found = estimate("llama-3-3-70b", "h100", 2, "FP8", 50)
    promised = 0.7 * 500 / (5_000 / found.prefill + 500 / found.decode)
    assert 0.8 * at_50_ms < promised < at_50_ms


def test_estimates_are_rounded_down_to_two_digits() -> None:
    assert [rounded(value) for value in (0.0, 7.9, 86, 867.5, 12_999)] == [0, 7, 86, 860, 12_000]
    found = estimate("llama-3-1-8b", "l4", 1, "FP8", 100)
    assert (found.prefill, found.decode, found.memory, found.batch) == (6_700, 860, 16, 57)


def test_longer_latencies_allow_more() -> None:
    decodes = [estimate("llama-3-3-70b", "h100", 2, "FP8", ms).decode for ms in (20, 50, 100)]
    assert decodes == sorted(decodes) and decodes[0] < decodes[-1]


def test_what_is_taken_from_splitwise_is_in_its_file() -> None:
    if not SPLITWISE.exists():
        pytest.skip(f"{SPLITWISE} is not there; set AMPACITY_DATA")
    with SPLITWISE.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["model"] == "llama2-70b"]
    checked = 0
    for result in (result for result in published() if "splitwise" in result.document):
        for rate in result.rates:
            shape = (f"{result.accelerator}-80gb", result.gpus, rate.given, rate.batch, rate.made)
            times = [_times(row) for row in rows if _shape(row) == shape]
            seconds = (median(p for p, _ in times) + rate.made * median(t for _, t in times)) / 1000
            assert rate.tokens == pytest.approx(rate.batch * rate.made / seconds, abs=0.5)
            checked += 1
    assert checked == 20


def _shape(row: dict[str, str]) -> tuple[str, int, int, int, int]:
    sizes = (row["tensor_parallel"], row["prompt_size"], row["batch_size"], row["token_size"])
    tensor, given, batch, made = map(int, sizes)
    return row["hardware"], tensor, given, batch, made


def _times(row: dict[str, str]) -> tuple[float, float]:
    return float(row["prompt_time"]), float(row["token_time"])
