"""`ampacity plan` from end to end, without a cluster."""

import json
from pathlib import Path

import pytest

from ampacity.cli.main import main
from tests.golden import assert_golden

HERE = Path(__file__).parent
SITE = str(HERE / "data" / "small" / "site.yaml")
DEMAND = str(HERE / "data" / "small" / "demand.yaml")


def test_what_fits_and_what_waits_as_a_picture(capsys):
    assert main(["plan", "-f", SITE, "-f", DEMAND]) == 1
    assert_golden(HERE / "golden" / "plan.txt", capsys.readouterr().out.rstrip("\n"))


def test_the_same_as_data(capsys):
    assert main(["plan", "-f", SITE, "-f", DEMAND, "-o", "json"]) == 1
    plan = json.loads(capsys.readouterr().out)
    assert [(d["name"], d["wanted"], d["placed"]) for d in plan["demand"]] == [
        ("ai/chat", 6, {"par1": 6}),
        ("ai/video", 8, {"par1": 6}),
    ]
    (waiting,) = plan["demand"][1]["waiting"]
    assert waiting["count"] == 2
    assert waiting["sites"][0]["short"]["watts"] == 1000
    assert plan["sites"][0]["racks"][0]["reservedWatts"] == 14000


def test_everything_fits(capsys, tmp_path):
    less = tmp_path / "demand.yaml"
    less.write_text(Path(DEMAND).read_text().replace("replicas: 8", "replicas: 2"))
    assert main(["plan", "-f", SITE, "-f", str(less)]) == 0
    assert capsys.readouterr().out.rstrip().endswith("Everything fits: 8 places.")


def test_what_patterns_stand_for(capsys):
    assert main(["plan", "-f", SITE, "--expand"]) == 0
    assert_golden(HERE / "golden" / "expand.txt", capsys.readouterr().out.rstrip("\n"))


def test_bad_input_is_told_at_once_and_nothing_is_planned(capsys, tmp_path):
    bad = tmp_path / "bad.yaml"
    text = Path(SITE).read_text().replace("50kW", "-5kW").replace("[meter, spare-meter]", "[metre]")
    bad.write_text(text.replace("gpus: 8", "gpus: eight"))
    assert main(["plan", "-f", str(bad), "-f", str(tmp_path / "none.yaml")]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    for part in ("spec.gpus", "spec.domains[0].capacity", "none.yaml: file: cannot be read"):
        assert part in printed.err


def test_a_file_is_needed(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["plan"])
    assert ended.value.code == 2
