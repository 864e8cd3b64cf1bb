"""What a plan is made of, from documents: a world, what was assumed, and every fault in the input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ampacity import catalogue
from ampacity.cli.fetch.assumed import CPUS_PER_GPU, MEMORY_PER_GPU, Model, assumed_nodes
from ampacity.cli.fetch.documents import Document, Fault, guarded, shipped_documents
from ampacity.cli.fetch.pods import KINDS as POD_KINDS
from ampacity.cli.fetch.pods import read_pods
from ampacity.cli.fetch.spelling import misspelt_kind, unknown_profiles
from ampacity.core.residency import Namespaces
from ampacity.core.site import Problem, Site
from ampacity.translate.fleet.nodes import read_node
from ampacity.translate.models.model import model_of
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.pools.reading import read_pool
from ampacity.translate.profiles.profile import profile_of
from ampacity.translate.records import NodeRecord, PoolRecord, Profile, World
from ampacity.translate.residency import read_namespace
from ampacity.translate.snapshot.acceptable import acceptable_site

T = TypeVar("T")
Problems = tuple[Problem, ...]

_READ = (
    "SitePowerEnvelope", "AcceleratorProfile", "ModelProfile", "GPUInferencePool", "Namespace", "Node",
    *POD_KINDS,
)  # fmt: skip
_BESIDE_THE_POINT = ("Service", "ConfigMap", "ServiceAccount", "HorizontalPodAutoscaler")


@dataclass(slots=True)
class Scenario:
    """The world that the documents describe. `assumptions`: sentences on what was taken as given; `where`:
    the document of each pool, by "namespace/name"."""

    world: World
    faults: list[Fault] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    where: dict[str, str] = field(default_factory=dict)


def scenario(documents: Sequence[Document], faults: Iterable[Fault] = ()) -> Scenario:
    """The world of these documents, with the catalogue that ships with Ampacity."""
    found = Scenario(World({}, (), (), ()), list(faults))
    by_kind = _by_kind(documents, found)
    models = _models(by_kind["AcceleratorProfile"], found.faults)
    sites = dict(_read_all(by_kind["SitePowerEnvelope"], acceptable_site, found.faults))
    profiles = tuple(model.profile for _, model in sorted(models.items()))
    found.faults += unknown_profiles(by_kind["SitePowerEnvelope"], models.keys())
    reader = PodReader(pattern for profile in profiles for pattern in profile.resources)
    found.world = World(
        sites=sites,
        profiles=profiles,
        nodes=_nodes(by_kind["Node"], sites, models, found),
        pods=read_pods(documents, reader, found.faults, found.assumptions),
        pools=tuple(_pools(by_kind, profiles, reader, found)),
        namespaces=_namespaces(by_kind["Namespace"], found.faults),
    )
    order = {document.where: number for number, document in enumerate(documents)}
    found.faults.sort(key=lambda fault: order.get(fault.where, -1))
    return found


def _by_kind(documents: Sequence[Document], found: Scenario) -> dict[str, list[Document]]:
    by_kind: dict[str, list[Document]] = {kind: [] for kind in _READ}
    ignored: Counter[str] = Counter()
    seen: dict[tuple[str, str, str], str] = {}
    for document in documents:
        if document.kind not in by_kind:
            misspelt = misspelt_kind(document, _READ)
            if misspelt:
                found.faults.append(misspelt)
                continue
            ignored[document.kind] += document.kind not in _BESIDE_THE_POINT
            continue
        identity = (document.kind, str(document.metadata.get("namespace") or ""), document.name)
        if document.name and identity in seen:
            found.faults.append(Fault(document.where, _twice(document, seen[identity])))
        seen[identity] = document.where
        by_kind[document.kind].append(document)
    if +ignored:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted((+ignored).items()))
        found.assumptions.append(f"Not looked at: {kinds}.")
    return by_kind


def _twice(document: Document, before: str) -> Problem:
    message = f"{document.kind} {document.name} is in {before} already"
    return Problem("metadata.name", message, "drop one of them, or rename it")


def _models(documents: Sequence[Document], faults: list[Fault]) -> dict[str, Model]:
    """Profiles of the catalogue, and those given, which win."""
    models: dict[str, Model] = {}
    for document in (*shipped_documents(catalogue.documents()), *documents):
        profile, problems = profile_of(document.object)
        faults += [Fault(document.where, problem) for problem in problems]
        if profile is not None:
            models[profile.name] = Model.of(profile, document.object["spec"])
    return models


def _read_all(
    documents: Sequence[Document],
    read_one: Callable[[Mapping[str, Any]], tuple[T | None, Problems]],
    faults: list[Fault],
) -> Iterable[tuple[str, T]]:
    for document in documents:
        value, problems = read_one(document.object)
        faults += [Fault(document.where, problem) for problem in problems]
        if value is not None:
            yield document.name, value


def _nodes(
    documents: Sequence[Document], sites: Mapping[str, Site], models: Mapping[str, Model], found: Scenario
) -> tuple[NodeRecord, ...]:
    if documents:
        given = (guarded(document, lambda d: read_node(d.object), found.faults) for document in documents)
        return tuple(node for node in given if node is not None)
    nodes = assumed_nodes(sites.values(), models)
    if nodes:
        found.assumptions.append(
            f"No Node objects are given: the {len(nodes)} nodes that racks list are taken as present"
            f" and Ready, with {CPUS_PER_GPU} CPUs and {MEMORY_PER_GPU // 2**30} GiB for each GPU."
        )
    return nodes


def _namespaces(documents: Sequence[Document], faults: list[Fault]) -> Namespaces:
    """What the namespaces that are given allow; those that are not allow everything."""
    records = (guarded(document, lambda d: read_namespace(d.object), faults) for document in documents)
    return Namespaces({record.name: record.residency for record in records if record is not None})


def _pools(
    by_kind: Mapping[str, Sequence[Document]],
    profiles: Sequence[Profile],
    reader: PodReader,
    found: Scenario,
) -> Iterable[PoolRecord]:
    """Models are those of the catalogue, and those given, which win."""
    faults = found.faults
    models = dict(_read_all(shipped_documents(catalogue.models()), model_of, faults))
    models |= dict(_read_all(by_kind["ModelProfile"], model_of, faults))
    for document in by_kind["GPUInferencePool"]:
        pool, problems = read_pool(document.object, profiles, reader, models=tuple(models.values()))
        if pool is not None:
            found.where[f"{pool.record.namespace}/{pool.record.name}"] = document.where
            yield pool.record
        faults += [Fault(document.where, problem) for problem in problems]
