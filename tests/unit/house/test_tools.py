"""Building the control plane's programs: once, whole, and with a Go that is new enough."""

import os
import stat
from pathlib import Path

import pytest

from hack import gobuild, golang, tools


@pytest.fixture
def fake_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `go` first on the PATH that says it is 1.99.0 and builds an empty program."""
    return _install(tmp_path, monkeypatch, 'test "$1" = env && echo go1.99.0 || touch "$6"')


def test_what_is_missing_is_built_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_go: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    folder = tools.ensure(("etcd", "kwok"))
    first = capsys.readouterr().out
    tools.ensure(("etcd", "kwok"))

    assert sorted(path.name for path in folder.iterdir()) == ["etcd", "kwok"]
    assert "[2/2] kwok" in first and "6 to 8 minutes" in first
    assert capsys.readouterr().out == ""


def test_prometheus_is_built_from_a_module_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_go: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    folder = tools.ensure(("prometheus",), tools.PROMETHEUS)

    assert folder != tools.folder()
    assert tools.path("prometheus", tools.PROMETHEUS).exists()
    assert "1 program " in (said := capsys.readouterr().out) and "3 to 5 minutes" in said


def test_a_failed_build_says_why_and_leaves_no_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(tmp_path, monkeypatch, 'test "$1" = env && echo go1.99.0 && exit; echo no space left; exit 1')
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    with pytest.raises(RuntimeError, match=r"(?s)go build of etcd failed.*no space left"):
        tools.ensure(("etcd",))

    assert list(tools.folder().iterdir()) == []


@pytest.mark.parametrize(
    ("stated", "needed", "enough"),
    [
        ("go1.26.8", "1.26.0", True),
        ("go1.25.9", "1.26.0", False),
        ("go1.9.7", "1.26.0", False),
        ("go1.27rc1", "1.26.0", True),
    ],
)
def test_versions_compare_as_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stated: str, needed: str, enough: bool
) -> None:
    go = _install(tmp_path, monkeypatch, f"echo {stated}")
    module = tmp_path / "go.mod"
    module.write_text(f"module x\n\ngo {needed}\n")
    monkeypatch.setattr(golang, "_install", lambda _: "from the package index")

    assert golang.find(module) == (str(go) if enough else "from the package index")


def test_every_program_of_a_cluster_can_be_built() -> None:
    assert set(gobuild.PACKAGES) == {*tools.LOCAL, *tools.KIND, "prometheus"}


def _install(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    go = folder / "bin" / "go"
    go.parent.mkdir(exist_ok=True)
    go.write_text(f"#!/bin/sh\n{script}\n")
    go.chmod(go.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{go.parent}{os.pathsep}{os.environ['PATH']}")
    return go
