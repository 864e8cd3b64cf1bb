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


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("2x x8", "2x l40x-8", "nodes: no profile is called l40x-8; did you mean l40s-8?"),
        ("kind: SitePowerEnvelope", "kind: SitePowerEnvelop", "did you mean SitePowerEnvelope?"),
    ],
)
def test_names_that_nobody_knows(capsys, tmp_path, before, after, said):
    text = Path(SITE).read_text()
    assert before in text
    (tmp_path / "site.yaml").write_text(text.replace(before, after))
    assert main(["plan", "-f", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err


def test_an_accelerator_that_nobody_knows(capsys, tmp_path):
    pool = tmp_path / "pool.yaml"
    pool.write_text(
        "apiVersion: ampacity.io/v1alpha1\nkind: GPUInferencePool\nmetadata: {name: chat, namespace: ai}\n"
        "spec: {replicas: 1, accelerators: [h100-sxm6],"
        " template: {spec: {containers: [{name: c, image: example/c}]}}}\n"
    )
    assert main(["plan", "-f", SITE, "-f", str(pool)]) == 2
    said = capsys.readouterr().err
    assert "spec.accelerators: no AcceleratorProfile in force is called h100-sxm6" in said


def test_nothing_to_plan(capsys, tmp_path):
    (tmp_path / "empty.yaml").write_text("")
    assert main(["plan", "-f", str(tmp_path)]) == 2
    assert "holds nothing to plan" in capsys.readouterr().err


def test_limits_that_are_exceeded_are_no_success(capsys, tmp_path):
    site = tmp_path / "site.yaml"
    site.write_text(Path(SITE).read_text().replace("26kW", "3kW"))
    assert main(["plan", "-f", str(site)]) == 1
    printed = capsys.readouterr().out
    assert "Over their limit" in printed and "exceeded." in printed


def test_a_large_file_with_a_fault_is_not_printed_whole(capsys, tmp_path):
    racks = "".join(f"\n  - {{names: r{number}, power: [m]}}" for number in range(2500))
    domains = "\n  domains: [{name: m, type: Utility, capacity: 1kW}]\n  racks:"
    head = "apiVersion: ampacity.io/v1alpha1\nkind: SitePowerEnvelope\nmetadata: {name: big}\nspec:"
    domains = f"\n  tier: Edge{domains}"
    (tmp_path / "big.yaml").write_text(head + domains + racks)
    assert main(["plan", "-f", str(tmp_path)]) == 2
    printed = capsys.readouterr().err
    assert "spec.racks: has 2500 entries, and may have at most 2000" in printed
    assert len(printed) < 500


def test_a_file_is_needed(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["plan"])
    assert ended.value.code == 2
