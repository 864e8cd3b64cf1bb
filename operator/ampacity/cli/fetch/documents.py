"""Kubernetes objects from YAML and JSON files, with every fault of every file found in one go."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from ampacity.core.site import Problem

Json = Mapping[str, Any]
T = TypeVar("T")

SUFFIXES = (".yaml", ".yml", ".json")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """One object and where it stands, for example "sites.yaml, document 2"."""

    where: str
    object: Json

    @property
    def kind(self) -> str:
        return str(self.object.get("kind", ""))

    @property
    def name(self) -> str:
        return str(self.metadata.get("name", ""))

    @property
    def metadata(self) -> Json:
        metadata = self.object.get("metadata")
        return metadata if isinstance(metadata, Mapping) else {}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the input: where it stands, and what is wrong there."""

    where: str
    problem: Problem

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}"


def read_documents(paths: Iterable[str]) -> tuple[list[Document], list[Fault]]:
    """All objects in these files and folders ("-" is standard input), in order, and all faults."""
    documents: list[Document] = []
    faults: list[Fault] = []
    for path in paths:
        for name, text in _texts(path, faults):
            _parse(name, text, documents, faults)
    return documents, faults


def shipped_documents(objects: Iterable[Json]) -> list[Document]:
    """Objects of the catalogue, which stands beside whatever is read."""
    return [Document(f"catalogue, {obj['metadata']['name']}", obj) for obj in objects]


def guarded(document: Document, read: Callable[[Document], T], faults: list[Fault]) -> T | None:
    """What `read` makes of an object that no API server has checked yet; if it fails, None and a fault."""
    try:
        return read(document)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        what = f"field {error}" if isinstance(error, KeyError) else str(error)
        message = f"this {document.kind} cannot be read: {what}"
        remedy = "check it with kubectl apply --dry-run=server"
        faults.append(_fault(document.where, document.name, message, remedy))
        return None


def _texts(path: str, faults: list[Fault]) -> Iterator[tuple[str, str]]:
    if path == "-":
        yield "standard input", sys.stdin.read()
        return
    files = [Path(path)]
    if files[0].is_dir():
        files = sorted(file for file in files[0].rglob("*") if file.suffix in SUFFIXES and file.is_file())
        if not files:
            faults.append(_fault(path, "folder", "holds no YAML or JSON file", "name the files themselves"))
    for file in files:
        try:
            yield str(file), file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            remedy = "check its name and your rights"
            faults.append(_fault(str(file), "file", f"cannot be read: {reason}", remedy))


def _parse(name: str, text: str, documents: list[Document], faults: list[Fault]) -> None:
    loaded = yaml.load_all(text, Loader=_LOADER)
    number = 0
    try:
        for number, found in enumerate(loaded, 1):
            _take(f"{name}, document {number}" if number > 1 else name, found, documents, faults)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}, line {mark.line + 1}" if mark else name
        what = getattr(error, "problem", None) or str(error)
        remedy = "correct this line; what follows it in the file was not read"
        faults.append(_fault(where, "text", f"is no YAML: {what}", remedy))


def _take(where: str, found: Any, documents: list[Document], faults: list[Fault]) -> None:
    if found is None:
        return
    if not isinstance(found, Mapping) or not isinstance(found.get("kind"), str):
        message = "is missing, so this is no Kubernetes object"
        faults.append(_fault(where, "kind", message, "add apiVersion and kind"))
        return
    if found["kind"].endswith("List") and isinstance(found.get("items"), list):
        for number, item in enumerate(found["items"], 1):
            _take(f"{where}, item {number}", item, documents, faults)
        return
    document = Document(where, found)
    if not document.name and not document.metadata.get("generateName"):
        faults.append(_fault(where, "metadata.name", "is missing", "add it"))
        return
    documents.append(document)


def _fault(where: str, path: str, message: str, remedy: str) -> Fault:
    return Fault(where, Problem(path, message, remedy))
