"""A cluster's raw lists as the world that its operator plans on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from ampacity import names
from ampacity.cli.fetch.objects import Objects, fetch_objects
from ampacity.core.ledger import Ledger, Sighting, resolve
from ampacity.core.site import Problem
from ampacity.translate.accepted import ENVELOPE, MODEL, PROFILE, Revision, revision_of
from ampacity.translate.fleet.nodes import read_node
from ampacity.translate.ledger.codec import LedgerUnreadable, decode_ledger
from ampacity.translate.models.model import model_of
from ampacity.translate.models.records import Model
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.pods.reservation import decode
from ampacity.translate.pools.reading import read_pool
from ampacity.translate.profiles.departed import Users, still_needed
from ampacity.translate.profiles.profile import profile_of
from ampacity.translate.records import PodRecord, PoolRecord, Profile, World
from ampacity.translate.residency import known, read_namespace
from ampacity.translate.snapshot.acceptable import acceptable_site
from ampacity.translate.telemetry import recalled, with_readings

T = TypeVar("T")
Json = Mapping[str, Any]
_NO_PROFILES = (
    "There is no AcceleratorProfile in the cluster, so what its nodes draw is not known, and none of them"
    " takes pods. The operator applies its catalogue when it starts (is it running?); or apply profiles of"
    " your own."
)
Read = Callable[[Json], tuple[T | None, tuple[Problem, ...]]]


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence on an object that is not as its owner may think; no kind: on the cluster as a whole."""

    text: str
    kind: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Live:
    """`remarks`: on objects that are not as their owners may think."""

    world: World
    objects: Objects
    remarks: list[Remark] = field(default_factory=list)


def live_world(kubeconfig: Path | None = None, context: str | None = None) -> World:
    """The world of a cluster as of now. Raises as `fetch_objects` does."""
    return read_live(fetch_objects(kubeconfig, context)).world


def read_live(objects: Objects) -> Live:
    """The world that these lists describe."""
    remarks: list[Remark] = []
    accepted = [revision for item in objects.revisions if (revision := revision_of(item)) is not None]
    living = tuple(in_force(PROFILE, objects.profiles, profile_of, accepted, remarks))
    sites = tuple(in_force(ENVELOPE, objects.envelopes, acceptable_site, accepted, remarks))
    nodes = tuple(map(read_node, objects.nodes))
    profiles = _with_deleted(living, accepted, Users(nodes, sites, _reserved(objects.pods)), remarks)
    if not profiles:
        remarks.append(Remark(_NO_PROFILES))
    models = tuple(in_force(MODEL, objects.models, model_of, accepted, remarks))
    remarks += _unobserved(objects.envelopes)
    reader = PodReader(pattern for profile in profiles for pattern in profile.resources)
    pods = tuple(pod for obj in objects.pods if (pod := reader.read(obj)) is not None)
    world = World(
        sites={site.name: site for site in sites},
        profiles=profiles,
        nodes=nodes,
        pods=pods,
        pools=tuple(_pools(objects, profiles, models, reader, remarks)),
        ledger=_ledger(objects.holds, pods, remarks),
        namespaces=known(map(read_namespace, objects.namespaces)),
    )
    return Live(world, objects, remarks)


def in_force(
    kind: str, objects: Iterable[Json], parse: Read[T], revisions: Iterable[Revision], remarks: list[Remark]
) -> Iterator[T]:
    """Each object's newest generation, or the last accepted one where that has faults."""
    accepted = {revision.uid: revision for revision in revisions}
    for obj in objects:
        metadata = obj["metadata"]
        value, problems = parse(obj)
        if value is None:
            value = _earlier(obj, accepted.get(metadata["uid"]), parse)
            stands = "an earlier one is in force" if value is not None else "none is in force"
            name, generation = metadata["name"], metadata["generation"]
            text = f"{kind} {name}: generation {generation} is refused ({problems[0]}); {stands}."
            remarks.append(Remark(text, kind, name))
        if value is not None:
            yield value


def _unobserved(envelopes: Iterable[Json]) -> Iterator[Remark]:
    for envelope in envelopes:
        text = unobserved(envelope)
        if text:
            name = envelope["metadata"]["name"]
            own = "what this command shows of it, it has worked out itself"
            yield Remark(f"SitePowerEnvelope {name}: {text}; {own}.", "SitePowerEnvelope", name)


def unobserved(obj: Json) -> str:
    """Whether the operator has yet to look at the newest generation of an object, in words; else ""."""
    seen = (obj.get("status") or {}).get("observedGeneration", -1)
    generation = obj["metadata"].get("generation", 0)
    if seen < 0:
        return "the operator has never looked at it (is it running?)"
    stale = f"the operator has not looked at generation {generation} yet, its status is of generation {seen}"
    return stale if seen < generation else ""


def _earlier(obj: Json, revision: Revision | None, parse: Read[T]) -> T | None:
    return None if revision is None else parse(revision.of(obj))[0]


def _with_deleted(
    living: Sequence[Profile], accepted: Iterable[Revision], users: Users, remarks: list[Remark]
) -> tuple[Profile, ...]:
    """All profiles in force by name: those whose object is gone count as long as something needs them."""
    here = {profile.name for profile in living}
    read = (profile_of(revision.alone())[0] for revision in accepted if revision.kind == PROFILE)
    gone = {profile.name: profile for profile in read if profile is not None and profile.name not in here}
    kept = tuple(still_needed(tuple(gone.values()), living, users)) if gone else ()
    for profile in kept:
        text = f"AcceleratorProfile {profile.name} was deleted; its last figures count while they are needed."
        remarks.append(Remark(text, PROFILE, profile.name))
    return tuple(sorted((*living, *kept), key=lambda profile: profile.name))


def _reserved(pods: Iterable[Json]) -> Iterator[str]:
    """Names of the profiles that reservations were made by."""
    for pod in pods:
        reservation = decode((pod["metadata"].get("annotations") or {}).get(names.RESERVATION, ""))
        if reservation is not None:
            yield reservation.profile


def _pools(
    objects: Objects,
    profiles: Sequence[Profile],
    models: Sequence[Model],
    reader: PodReader,
    remarks: list[Remark],
) -> Iterator[PoolRecord]:
    deployed: Counter[tuple[str, str]] = Counter()
    for deployment in objects.deployments:
        metadata = deployment["metadata"]
        key = (metadata["namespace"], metadata["labels"][names.POOL])
        deployed[key] += deployment["spec"].get("replicas", 1)
    readings = recalled(objects.pools)
    for obj in objects.pools:
        name = (obj["metadata"]["namespace"], obj["metadata"]["name"])
        pool, problems = read_pool(obj, profiles, reader, deployed=deployed[name], models=models)
        if pool is not None:
            yield replace(pool.record, wish=with_readings(pool.record.wish, readings))
        else:
            full = f"{name[0]}/{name[1]}"
            refusal = f"GPUInferencePool {full} is refused ({problems[0]})."
            remarks.append(Remark(refusal, "GPUInferencePool", full))


def _ledger(holds: Sequence[Json], pods: Iterable[PodRecord], remarks: list[Remark]) -> Ledger:
    """The ledger as the operator would see it: without what the pods show to have happened."""
    sightings = {pod.uid: Sighting(pod.resource_version, pod.waiting) for pod in pods}
    try:
        stored = decode_ledger(holds[0]["data"]["ledger"]) if holds else Ledger()
    except (LedgerUnreadable, KeyError) as error:
        remarks.append(Remark(f"ConfigMap {names.HOLDS}: {error}."))
        return Ledger()
    return resolve(stored, sightings, 0)
