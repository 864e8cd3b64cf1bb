"""Reading the catalogue from where the chart mounts it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ampacity.controllers.catalogue import read_catalogue


def names(path: Path) -> list[str]:
    return [profile["metadata"]["name"] for profile in read_catalogue(path)]


def test_documents_and_lists_are_read_in_order(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.yaml"
    file.write_text("- {metadata: {name: a}}\n- {metadata: {name: b}}\n---\nmetadata: {name: c}\n---\n")
    assert names(file) == ["a", "b", "c"]


def test_a_folder_is_read_file_by_file(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.yaml").write_text(f"metadata: {{name: {name}}}")
    (tmp_path / "notes.txt").write_text("no profile")
    assert names(tmp_path) == ["a", "b"]


def test_what_is_no_yaml_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("a: [")
    with pytest.raises(ValueError, match=r"bad\.yaml"):
        read_catalogue(tmp_path)
