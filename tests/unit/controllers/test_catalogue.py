"""Reading the catalogue from where the chart mounts it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ampacity.cluster.access import Access
from ampacity.cluster.client import Client
from ampacity.controllers.catalogue import apply_catalogue, read_catalogue


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


def test_what_is_no_profile_is_left_out() -> None:
    """Nothing is asked of the API server for it: there is none here, and it would be asked for ever."""
    stray = {"kind": "ConfigMap", "metadata": {"name": "stray"}}

    async def apply() -> None:
        async with Client(Access("http://127.0.0.1:9")) as client, asyncio.timeout(10):
            await apply_catalogue(client, (stray,), lambda: True)

    asyncio.run(apply())
