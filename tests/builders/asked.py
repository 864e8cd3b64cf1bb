"""Worlds from objects as users write them, by the operator's own readers: sites, pools, namespaces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ampacity import names
from ampacity.cli.fetch.assumed import Model, assumed_nodes
from ampacity.core.distribution import Decision, decide
from ampacity.core.site import Site
from ampacity.translate.distribution import Question, standing_of, targets_of, task_of
from ampacity.translate.models.model import model_of
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.pools.reading import read_pool
from ampacity.translate.profiles.profile import profile_of
from ampacity.translate.records import PoolRecord, World
from ampacity.translate.residency import known, read_namespace
from ampacity.translate.sites.site import site_of
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders import resources
from tests.builders.kube import pod

Json = dict[str, Any]


def site(name: str = "paris", nodes: int = 1, *, tier: str = "Edge", **spec: Any) -> Json:
    """A site of racks with one box-8 each, which draws 1.5 kW, and 437.5 W more for each busy GPU."""
    racks = [resources.rack(f"r{n}", nodes="1x box-8") for n in range(1, nodes + 1)]
    return resources.envelope(name, tier=tier, racks=racks, **spec)


PARIS = site("paris", 1, latency=[{"region": "paris", "milliseconds": 2}])
LULEA = site("lulea", 2, tier="Central", location={"country": "SE", "latitude": 65.6, "longitude": 22.1})


def region(name: str = "paris", requests: float = 1.0, **more: Any) -> Json:
    """700 tokens in, 63 out: at 70 % a replica of the builders' model serves 5.26 requests/s of it."""
    return {"region": name, "requestsPerSecond": requests, "inputTokens": 700, "outputTokens": 63} | more


def pool(name: str = "chat", *regions: Json, namespace: str = "default", **spec: Any) -> Json:
    """A pool with a model on box; with demand of these regions if there are any."""
    fields: Json = {"template": None, "model": {"profile": "chat-8b"}, "accelerators": ["box"]}
    if regions:
        fields["demand"] = {"regions": list(regions)}
    return resources.pool(name, namespace, **fields | spec)


def namespace(name: str, residency: str | None = None) -> Json:
    """A Namespace that allows only these areas, or says nothing."""
    said = {} if residency is None else {"ampacity.io/residency": residency}
    return {"metadata": {"name": name, "annotations": said}}


def world(sites: Iterable[Json], pools: Iterable[Json], *, namespaces: Iterable[Json] = ()) -> World:
    """The world of these objects, with the nodes that racks list. Raises where one cannot be read."""
    found = [_read(site_of, one) for one in sites]
    profile = resources.profile()
    model = Model.of(_read(profile_of, profile), profile["spec"])
    reader = PodReader(model.profile.resources)
    return World(
        sites={one.name: one for one in found},
        profiles=(model.profile,),
        nodes=_nodes(found, model),
        pods=(),
        pools=tuple(_pool(one, model, reader) for one in pools),
        namespaces=known([read_namespace(one) for one in (namespace("default"), *namespaces)]),
    )


def ask(world: World, closed: dict[str, str] | None = None) -> tuple[Question, Decision]:
    """What is asked of this world, and what is decided."""
    snapshot = build_snapshot(world)
    question = task_of(world, snapshot, standing_of(world, snapshot), closed or {})
    return question, decide(question.task, judge=question.judge)


def targets(world: World) -> Any:
    """Targets by pool."""
    return targets_of(*ask(world))


def running(found: World, *nodes: str, **more: Any) -> World:
    """With replicas of chat on these nodes."""
    made = tuple(
        pod(f"chat-{n}", node=node, labels={names.POOL: "chat", names.SITE: node.split("-")[0]}, **more)
        for n, node in enumerate(nodes)
    )
    return replace(found, pods=made)


def _nodes(sites: Iterable[Site], model: Model) -> Any:
    return assumed_nodes(sites, {model.profile.name: model})


def _pool(obj: Json, model: Model, reader: PodReader) -> PoolRecord:
    read, problems = read_pool(obj, [model.profile], reader, models=[_read(model_of, resources.model())])
    assert read is not None, problems
    return read.record


def _read(reader: Any, obj: Json) -> Any:
    value, problems = reader(obj)
    assert value is not None, problems
    return value
