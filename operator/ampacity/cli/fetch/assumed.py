"""Nodes that racks list, as if they were there: for plans made before the hardware has joined a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ampacity import names
from ampacity.core.site import Rack, Site
from ampacity.core.snapshot import Resources
from ampacity.translate.profiles.matching import MACHINE_LABELS, PRODUCT_LABELS
from ampacity.translate.records import NodeRecord, Profile

CPUS_PER_GPU = 24
MEMORY_PER_GPU = 192 * 2**30
PODS = 110


@dataclass(frozen=True, slots=True)
class Model:
    """A profile, with the labels that its nodes carry as their vendor spells them."""

    profile: Profile
    labels: Mapping[str, str]

    @classmethod
    def of(cls, profile: Profile, spec: Mapping[str, Any]) -> Model:
        """`spec`: of the AcceleratorProfile that `profile` was read from."""
        match = spec["match"]
        vendor = profile.resources[0].partition("/")[0]
        product = next((label for label in PRODUCT_LABELS if label.startswith(vendor)), PRODUCT_LABELS[0])
        labels = {**profile.match_labels, product: _literal(match["products"])}
        if match.get("machines"):
            labels[MACHINE_LABELS[0]] = _literal(match["machines"])
        return cls(profile, labels)


def assumed_nodes(sites: Iterable[Site], models: Mapping[str, Model]) -> tuple[NodeRecord, ...]:
    """A Ready node for each one that a rack lists, not as off, and whose profile is known."""
    return tuple(node for site in sites for rack in site.racks for node in _of_rack(site, rack, models))


def _of_rack(site: Site, rack: Rack, models: Mapping[str, Model]) -> Iterator[NodeRecord]:
    number = 0
    for entry in rack.nodes:
        model = models.get(entry.profile)
        if model is None or entry.off:
            continue
        for _ in range(entry.count):
            number += 1
            yield _node(f"{site.name}-{rack.name}-{number}", site, rack, model)


def _node(name: str, site: Site, rack: Rack, model: Model) -> NodeRecord:
    gpus = model.profile.gpus
    place = {names.SITE: site.name, names.RACK: rack.name, "kubernetes.io/hostname": name}
    return NodeRecord(
        name=name,
        uid=name,
        resource_version="",
        labels={**model.labels, **place},
        taints=(),
        allocatable=Resources(
            cpu_milli=CPUS_PER_GPU * gpus * 1000,
            memory=MEMORY_PER_GPU * gpus,
            ephemeral=2**50,
            pods=PODS,
            extended=((_literal(model.profile.resources), gpus),),
        ),
        ready=True,
        unschedulable=False,
    )


def _literal(patterns: Iterable[str]) -> str:
    """A text that one of these patterns matches, preferably one that is no pattern."""
    choices = sorted(patterns, key=lambda pattern: any(sign in pattern for sign in "*?["))
    return choices[0].replace("*", "").replace("?", "x")
