"""The shape of the source tree and of what it installs."""

import re
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[3]
LOCKS = ["requirements.lock", "requirements-image.lock", "hack/tools/go-toolchain.lock"]


def test_operator_is_a_source_root_and_not_a_package() -> None:
    """A package called operator would shadow the standard library's module."""
    assert list((ROOT / "operator").glob("*.py")) == []


def test_layers_hold() -> None:
    assert lint_imports(str(ROOT / ".importlinter"), no_cache=True) == 0


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_pin_every_package_with_hashes_and_name_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text()
    packages = re.split(r"\n(?=[a-z0-9])", re.sub(r"(?m)^#.*\n", "", text).strip())

    assert [package for package in packages if "==" not in package or "--hash=sha256:" not in package] == []
    assert re.findall(r"https?://|--(?:extra-)?index-url|--find-links", text) == []


def test_the_image_installs_what_the_tests_ran_with() -> None:
    tested, shipped = (set(re.findall(r"(?m)^\S+==\S+", (ROOT / lock).read_text())) for lock in LOCKS[:2])

    assert shipped <= tested


def test_what_a_chart_or_wheel_needs_is_not_ignored_by_git() -> None:
    ignored = {line.strip("/") for line in (ROOT / ".gitignore").read_text().split()}

    assert ignored.isdisjoint({"crds", "charts", "operator", "requirements.lock"})
