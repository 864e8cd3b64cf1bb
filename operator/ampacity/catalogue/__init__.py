"""The profiles that ship with Ampacity, as data: YAML files beside this one, one per family of servers;
and in models/, one per maker of models."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml


def documents() -> list[dict[str, Any]]:
    """Every AcceleratorProfile of the catalogue as plain JSON, by name."""
    return _by_name(files(__name__))


def models() -> list[dict[str, Any]]:
    """Every ModelProfile of the catalogue as plain JSON, by name."""
    return _by_name(files(__name__) / "models")


def _by_name(folder: Traversable) -> list[dict[str, Any]]:
    texts = [file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".yaml")]
    found = [document for text in texts for document in yaml.safe_load_all(text) if document]
    return sorted(found, key=lambda document: str(document["metadata"]["name"]))
