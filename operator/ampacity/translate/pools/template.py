"""A pool's pod template as its Deployments carry it, and what those Deployments are called.

Pure, and nothing here depends on the site: `plan` reads the same template as
the operator. What changes often (profiles, envelopes) leaves no trace in it,
because a change of the template is a rollout of all replicas.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from ampacity import names
from ampacity.apis import GPUInferencePool
from ampacity.core.site import Problem
from ampacity.translate.pods.lanes import more_than_a_node
from ampacity.translate.profiles.profile import expand_accelerators
from ampacity.translate.records import Profile

MAX_NAME = 63
DEFAULT_RESOURCE = "nvidia.com/gpu"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rendered:
    """The template, or what keeps it from being made."""

    template: Json | None
    problems: tuple[Problem, ...] = ()


def render_template(
    pool: GPUInferencePool, profiles: Sequence[Profile], *, fast_lane: bool = True
) -> Rendered:
    """The pod template of `pool` with labels, annotations and the GPUs it needs; no site in it.

    Its pods wait by gate or, with `fast_lane`, by naming us as their scheduler where that is enough.
    """
    template = copy.deepcopy(pool.pod_template())
    problems: list[Problem] = []
    _ask_for_gpus(pool, template["spec"], profiles, problems)
    if problems:
        return Rendered(None, tuple(problems))
    metadata = template.setdefault("metadata", {})
    metadata["labels"] = {**(metadata.get("labels") or {}), names.POOL: pool.metadata.name}
    metadata["annotations"] = {**(metadata.get("annotations") or {}), **_annotations(pool)}
    _wait(template["spec"], fast_lane)
    return Rendered(template)


def deployment_name(pool: str, site: str) -> str:
    """`<pool>-<site>`, with a hash where that is too long for a label or could be read in two ways.

    Without a hyphen in the site's name the last hyphen parts the two, so no other pair has that name.
    """
    name = f"{pool}-{site}"
    if len(name) <= MAX_NAME and "-" not in site:
        return name
    digest = hashlib.sha256(f"{pool}/{site}".encode()).hexdigest()[:8]
    return f"{name[: MAX_NAME - 9].rstrip('-.')}-{digest}"


def deployment_key(namespace: str, pool: str, site: str) -> str:
    """The controller key of that Deployment's pods (see `PodRecord.controller`)."""
    return f"Deployment/{namespace}/{deployment_name(pool, site)}"


def created_at(pool: GPUInferencePool) -> int:
    """When the pool was created, seconds since the epoch; 0 if it was not yet."""
    stamp = pool.metadata.creation_timestamp
    return int(datetime.fromisoformat(stamp).timestamp()) if stamp else 0


def _wait(spec: Json, fast_lane: bool) -> None:
    """Let the pods wait for their grant. Decided by the template alone, never by what is true at a moment."""
    gates = list(spec.get("schedulingGates") or ())
    chosen = spec.pop("schedulerName", None) or names.SCHEDULER
    if fast_lane and not gates and chosen == names.SCHEDULER and not more_than_a_node(spec):
        spec["schedulerName"] = names.SCHEDULER
        return
    if chosen != names.SCHEDULER:
        spec["schedulerName"] = chosen
    gate = {"name": names.GATE}
    spec["schedulingGates"] = [*(other for other in gates if other != gate), gate]


def _annotations(pool: GPUInferencePool) -> dict[str, str]:
    placement = pool.spec.placement
    found = {
        names.ACCELERATORS: ",".join(pool.spec.accelerators or ()),
        names.MUST_SURVIVE: ",".join(placement.must_survive or ()) if placement else "",
        names.SINCE: str(created_at(pool)),
    }
    return {key: text for key, text in found.items() if text}


def _ask_for_gpus(
    pool: GPUInferencePool, spec: Json, profiles: Sequence[Profile], problems: list[Problem]
) -> None:
    """Let the first container ask for `gpusPerReplica`, unless some container asks for GPUs already."""
    resource, wrong = _resource(pool, profiles)
    patterns = {pattern for profile in profiles for pattern in profile.resources} | {resource}
    asked = sum(_asked(container, patterns) for container in spec["containers"])
    wanted = pool.spec.gpus_per_replica
    if not asked:
        problems += wrong
        first = spec["containers"][0]
        resources = first.get("resources") or {}
        limits = {**(resources.get("limits") or {}), resource: str(wanted or 1)}
        first["resources"] = {**resources, "limits": limits}
    elif wanted is not None and asked != wanted:
        problems.append(
            Problem(
                "spec.gpusPerReplica",
                f"says {wanted}, and the template's containers ask for {asked}",
                "let both agree, or leave gpusPerReplica out",
            )
        )


def _asked(container: Mapping[str, Any], patterns: Iterable[str]) -> int:
    """GPU units in a container's limits; what is no plain number asks for something, so it counts as one."""
    limits: Mapping[str, Any] = (container.get("resources") or {}).get("limits") or {}
    texts = [str(text) for name, text in limits.items() if any(fnmatchcase(name, p) for p in patterns)]
    return sum(int(text) if text.isdecimal() else 1 for text in texts)


def _resource(pool: GPUInferencePool, profiles: Sequence[Profile]) -> tuple[str, list[Problem]]:
    """The resource that one replica asks for: as stated, else what the accelerators count."""
    wanted, _ = expand_accelerators(pool.spec.accelerators or (), profiles)
    chosen = [profile for profile in profiles if profile.name in wanted]
    stated = pool.spec.gpu_resource
    if stated is not None and _is_pattern(stated):
        return stated, [Problem("spec.gpuResource", "is a pattern, and pods ask for one resource", "name it")]
    if stated is not None:
        return stated, [_not_counted(stated, profile) for profile in chosen if not _counts(profile, stated)]
    counted = sorted({_plain(profile) for profile in chosen}) or [DEFAULT_RESOURCE]
    mixed = Problem(
        "spec.accelerators",
        f"they are counted under different resources: {', '.join(counted)}",
        "make one pool for each, or let the template's containers ask for what they need",
    )
    return counted[0], [mixed] if len(counted) > 1 else []


def _counts(profile: Profile, resource: str) -> bool:
    return any(fnmatchcase(resource, pattern) for pattern in profile.resources)


def _not_counted(stated: str, profile: Profile) -> Problem:
    return Problem(
        "spec.gpuResource",
        f"{profile.name} is counted under {', '.join(profile.resources)}, not {stated}",
        f"write gpuResource: {_plain(profile)}, or leave {profile.name} out of accelerators",
    )


def _plain(profile: Profile) -> str:
    """The first of a profile's resources that is a name and no pattern."""
    return next((name for name in profile.resources if not _is_pattern(name)), DEFAULT_RESOURCE)


def _is_pattern(resource: str) -> bool:
    return not set("*?[").isdisjoint(resource)
