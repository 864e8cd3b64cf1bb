"""`ampacity models`, without a cluster."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ampacity import names
from ampacity.cli.fetch.models import from_lists
from ampacity.cli.main import main
from tests.builders.resources import fit, model, profile
from tests.golden import assert_golden

HERE = Path(__file__).parent
SOURCED = [{"figures": ["prefillTokensPerSecond", "decodeTokensPerSecond"], "document": "A", "says": "B"}]


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A model on a server of eight GPUs that draws 5 kW, on a rare one, and on one that nobody knows."""
    fits = [fit("box", 2, sources=SOURCED), fit("box", 4, decodeTokensPerSecond=100), fit("no-such", 1)]
    path = tmp_path / "models.yaml"
    path.write_text(yaml.safe_dump_all([model("mine", fits=fits), profile()]), encoding="utf-8")
    return str(path)


def data(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["models", "-o", "json", *arguments]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_the_table(capsys: pytest.CaptureFixture[str], file: str) -> None:
    assert main(["models", "-f", file, "--input", "2000", "--output", "100", "--cached", "50"]) == 0
    assert_golden(HERE / "golden" / "models.txt", capsys.readouterr().out.rstrip("\n"))


def test_the_same_as_data(capsys: pytest.CaptureFixture[str], file: str) -> None:
    """1,000 tokens at 10,000/s and 250 at 1,000/s: 0.35 s a request, 2 requests/s at 70 %."""
    found = data(capsys, "-f", file, "--on", "box")
    assert found["request"] == {"inputTokens": 1000, "outputTokens": 250, "cached": 0.0, "utilisation": 0.7}
    two, four = found["offers"]
    assert two["requestsPerSecond"] == pytest.approx(2.0)
    assert (two["watts"], four["watts"]) == (1250, 2500)
    assert two["outputTokensPerJoule"] == pytest.approx(2 * 250 / 1250)
    assert (two["figures"], four["figures"]) == ("published", "unstated")
    assert four["requestsPerSecond"] == pytest.approx(0.7 / (0.1 + 2.5))


def test_what_nobody_knows_draws_an_unknown_amount(capsys: pytest.CaptureFixture[str], file: str) -> None:
    (offer,) = data(capsys, "-f", file, "--on", "no-such")["offers"]
    assert offer["watts"] is None and offer["outputTokensPerJoule"] is None


def test_of_several_servers_of_a_family_the_one_that_draws_most_counts(
    capsys: pytest.CaptureFixture[str], file: str, tmp_path: Path
) -> None:
    larger = profile("box-8-large", node={"idle": "1kW", "maximum": "8kW"})
    more = tmp_path / "more.yaml"
    more.write_text(yaml.safe_dump(larger), encoding="utf-8")
    assert data(capsys, "-f", file, "-f", str(more), "--on", "box")["offers"][0]["watts"] == 2000


def test_the_catalogue_as_shipped(capsys: pytest.CaptureFixture[str]) -> None:
    found = data(capsys)
    assert len({offer["model"] for offer in found["offers"]}) >= 12
    assert all(offer["watts"] and offer["requestsPerSecond"] > 0 for offer in found["offers"])
    (named,) = {offer["model"] for offer in data(capsys, "phi-4")["offers"]}
    assert named == "phi-4"


def test_files_with_accelerators_only_are_about_the_models_that_ship(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "accelerator.yaml"
    path.write_text(yaml.safe_dump(profile("my-h100", family="h100", gpu={"tdp": "700W"})), encoding="utf-8")
    assert main(["models", "phi-4", "-f", str(path)]) == 0
    assert "phi-4" in capsys.readouterr().out


def test_a_name_that_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "llama-9", "--on", "h100"]) == 1
    said = capsys.readouterr().err
    assert "nothing on h100 goes by llama-9" in said and "llama-3-1-8b" in said


def test_faults_are_told_with_their_place(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(yaml.safe_dump(model(fits=[fit(memoryGigabytes=1)])), encoding="utf-8")
    assert main(["models", "-f", str(path)]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and f"{path}: spec.fits: a fit has less memory" in printed.err


def test_in_a_cluster_the_last_good_generation_counts() -> None:
    bad = model("mine", generation=2, fits=[fit(memoryGigabytes=1)])
    bad["metadata"]["uid"] = "u"
    spec = model("mine")["spec"]
    labels = {names.ACCEPTED: "ModelProfile"}
    record = {
        "metadata": {"labels": labels},
        "revision": 1,
        "data": {"name": "mine", "uid": "u", "spec": spec},
    }
    shelf = from_lists({"models": [bad], "profiles": [], "revisions": [record]})
    assert [(found.name, found.generation) for found in shelf.models] == [("mine", 1)]
    (remark,) = shelf.remarks
    assert remark.startswith("ModelProfile mine: generation 2 is refused (spec.fits: a fit has less memory")


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--input", "0", "no number of tokens"),
        ("--cached", "101", "no percentage"),
        ("--utilisation", "x", "no percentage"),
        ("--utilisation", "0", "leaves a replica idle"),
    ],
)
def test_numbers_that_cannot_be(
    capsys: pytest.CaptureFixture[str], option: str, value: str, said: str
) -> None:
    with pytest.raises(SystemExit):
        main(["models", option, value])
    assert said in capsys.readouterr().err
