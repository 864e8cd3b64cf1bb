"""Models and the accelerators they run on: as shipped, from files, or as in force in a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ampacity import catalogue
from ampacity.cli.fetch.documents import Document, Fault, read_documents, shipped_documents
from ampacity.cli.fetch.live import Read, Remark, in_force
from ampacity.cli.fetch.objects import fetch_profiles
from ampacity.translate.accepted import MODEL, PROFILE, revision_of
from ampacity.translate.models.model import model_of
from ampacity.translate.models.records import Model
from ampacity.translate.profiles.profile import profile_of
from ampacity.translate.records import Profile

T = TypeVar("T")


@dataclass(slots=True)
class Shelf:
    """What there is to choose from. `remarks`: on objects that are not as their owners may think."""

    models: tuple[Model, ...]
    profiles: tuple[Profile, ...]
    faults: list[Fault] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def shipped() -> Shelf:
    """The catalogue of this version."""
    return _shelf(shipped_documents(catalogue.models()), shipped_documents(catalogue.documents()), [])


def from_files(paths: Iterable[str]) -> Shelf:
    """The models of the files, on the catalogue's accelerators and those of the files, which win.

    Files without models are about accelerators: then the catalogue's models are meant.
    """
    documents, faults = read_documents(paths)
    models = [document for document in documents if document.kind == MODEL]
    profiles = [document for document in documents if document.kind == PROFILE]
    given = {document.name for document in profiles}
    others = [document for document in shipped_documents(catalogue.documents()) if document.name not in given]
    return _shelf(models or shipped_documents(catalogue.models()), [*others, *profiles], faults)


def from_cluster(kubeconfig: Path | None, context: str | None) -> Shelf:
    """What is in force there. Raises AccessError, ApiError, NotInstalled."""
    return from_lists(fetch_profiles(kubeconfig, context))


def from_lists(lists: Mapping[str, Iterable[Mapping[str, Any]]]) -> Shelf:
    """What is in force by the raw lists of models, profiles and accepted revisions."""
    accepted = [revision for item in lists["revisions"] if (revision := revision_of(item)) is not None]
    remarks: list[Remark] = []
    return Shelf(
        tuple(in_force(MODEL, lists["models"], model_of, accepted, remarks)),
        tuple(in_force(PROFILE, lists["profiles"], profile_of, accepted, remarks)),
        remarks=[remark.text for remark in remarks],
    )


def _shelf(models: Sequence[Document], profiles: Sequence[Document], faults: list[Fault]) -> Shelf:
    return Shelf(_read(models, model_of, faults), _read(profiles, profile_of, faults), faults)


def _read(documents: Iterable[Document], read: Read[T], faults: list[Fault]) -> tuple[T, ...]:
    found: list[T] = []
    for document in documents:
        value, problems = read(document.object)
        faults += [Fault(document.where, problem) for problem in problems]
        found += [value] if value is not None else []
    return tuple(found)
