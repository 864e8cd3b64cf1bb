from pathlib import Path

import pytest
import yaml

from hack.generate import ROOT, main, report, write
from hack.generation.files import generated


def test_what_is_committed_is_what_would_be_generated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().out


def test_a_difference_is_shown_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = {"crds/a.yaml": "kind: New\n"}
    write({"crds/a.yaml": "kind: Old\n", "crds/gone.yaml": "kind: Gone\n"}, tmp_path)
    assert report(wanted, tmp_path) == 1
    shown = capsys.readouterr().out
    assert "-kind: Old" in shown and "+kind: New" in shown
    assert "crds/gone.yaml: nothing generates this file" in shown
    write(wanted, tmp_path)
    assert report(wanted, tmp_path) == 0 and not (tmp_path / "crds/gone.yaml").exists()


def test_the_chart_keeps_the_crds_on_uninstall_and_may_leave_them_out() -> None:
    for name, text in generated().items():
        if "templates/crds/" in name:
            body = text.split("{{- if .Values.crds.install }}\n")[1].removesuffix("{{- end }}\n")
            assert "{{" not in body.replace('{{ "{{" }}', "")
            for part in yaml.safe_load_all(body.replace('{{ "{{" }}', "{{")):
                assert part["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"


def test_the_chart_carries_the_whole_catalogue() -> None:
    documents = list(
        yaml.safe_load_all((ROOT / "charts/ampacity/files/catalogue.yaml").read_text(encoding="utf-8"))
    )
    assert len(documents) >= 16
    assert {document["kind"] for document in documents} == {"AcceleratorProfile"}
