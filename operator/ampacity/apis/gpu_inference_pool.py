"""GPUInferencePool: replicas of an inference server, placed where power and cooling carry them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from ampacity.apis.base import API_VERSION, SHORT_NAME, ApiModel, Kind, StatusModel
from ampacity.apis.conditions import Condition
from ampacity.apis.pool_model import PoolModel
from ampacity.apis.rules import Rule
from ampacity.apis.text import AreaName, DomainType, ProfileName, Resource

MAX_SITES = 200


class SiteSelector(ApiModel):
    """Sites by the labels of their envelopes."""

    match_labels: Annotated[dict[str, str], Field(max_length=16)] | None = Field(
        default=None,
        description="Labels that the SitePowerEnvelope must carry, all of them. Example: {region: north}.",
    )


class Placement(ApiModel):
    """Where replicas may run."""

    tiers: Annotated[list[Literal["Central", "Edge"]], Field(max_length=2)] | None = Field(
        default=None,
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
        description="Tiers of sites that are acceptable, in order of preference; a later one is used when the"
        " earlier ones are full. Default: any tier, no preference. Example: [Edge, Central].",
    )
    site_selector: SiteSelector | None = Field(
        default=None, description="Sites by label. Default: all sites."
    )
    residency: Annotated[list[AreaName], Field(min_length=1, max_length=64)] | None = Field(
        default=None,
        json_schema_extra={"x-kubernetes-list-type": "set"},
        description="Where replicas may run at all: countries (ISO 3166-1), or regions of them as envelopes"
        " name them. Sites that do not say where they stand are left out. What the namespace's annotation"
        " `ampacity.io/residency` allows binds too. Default: anywhere. Example: [FR, DE/bavaria].",
    )
    must_survive: Annotated[list[DomainType], Field(max_length=16)] | None = Field(
        default=None,
        json_schema_extra={"x-kubernetes-list-type": "set"},
        description="Types of domains and cooling units whose single failure each replica must survive: racks"
        " that would go dark or be throttled are left out. Default: none. Example: [Feed, UPS, CDU].",
    )


class PodMetadata(ApiModel):
    """Labels and annotations of the pods."""

    model_config = ConfigDict(extra="ignore")

    labels: Annotated[dict[str, str], Field(max_length=64)] | None = Field(
        default=None, description="Labels of the pods, besides those that Ampacity adds. Default: none."
    )
    annotations: Annotated[dict[str, str], Field(max_length=64)] | None = Field(
        default=None, description="Annotations of the pods. Default: none."
    )


class Container(ApiModel):
    """A container of the pod: anything that a Kubernetes container may say."""

    model_config = ConfigDict(extra="allow")

    name: str = Field(min_length=1, max_length=63, description="Name of the container.")
    image: str | None = Field(
        default=None,
        max_length=1024,
        description="Image of the container. Example: vllm/vllm-openai:v0.11.0.",
    )


class PodSpec(ApiModel):
    """The pod: anything that a Kubernetes pod spec may say, but for where it runs."""

    model_config = ConfigDict(extra="allow")
    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="!has(self.nodeName)",
            holds=lambda pod: pod.node_name is None,
            message="a pool's replicas are given their nodes by Ampacity",
            remedy="leave nodeName out; use nodeSelector or affinity to narrow the choice",
            field="nodeName",
        ),
    )

    containers: Annotated[list[Container], Field(min_length=1, max_length=64)] = Field(
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
        description="The pod's containers, as in any pod. If none asks for `gpuResource`, the first one is"
        " given `gpusPerReplica` of it.",
    )
    node_name: str | None = Field(
        default=None,
        max_length=253,
        description="Not allowed here, since Ampacity chooses the node. Default: none.",
    )


class PodTemplate(ApiModel):
    """An ordinary pod template."""

    metadata: PodMetadata | None = Field(
        default=None, description="Labels and annotations of the pods. Default: none."
    )
    spec: PodSpec = Field(description="An ordinary pod spec.")


class GPUInferencePoolSpec(ApiModel):
    """What to run, how often, on what, and where."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.template) != has(self.model)",
            holds=lambda spec: (spec.template is None) != (spec.model is None),
            message="a pool runs either a template or a model",
            remedy="state template, or model, and not both",
        ),
    )

    replicas: int = Field(
        default=1, ge=0, le=100_000, description="How many replicas are wanted over all sites. Default: 1."
    )
    accelerators: Annotated[list[ProfileName], Field(max_length=32)] | None = Field(
        default=None,
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
        description="Acceptable accelerators in order of preference: names of AcceleratorProfiles, or of"
        " families, which stand for all profiles of the family. Default: any. Example: [h200, hgx-h100].",
    )
    gpus_per_replica: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="GPUs (or slices) of one replica. Default: what the template's containers ask for, or 1"
        " if they ask for none. If both speak they must agree.",
    )
    gpu_resource: Resource | None = Field(
        default=None,
        description="The resource that a replica asks for. Default: what the profiles of `accelerators`"
        " count; nvidia.com/gpu if none are named. Example: habana.ai/gaudi.",
    )
    priority: int | None = Field(
        default=None,
        ge=-1_000_000_000,
        le=1_000_000_000,
        description="Who is served first while power is short: higher before lower, then older before"
        " younger. Default: the value of the template's priorityClassName, or 0.",
    )
    placement: Placement | None = Field(
        default=None, description="Where replicas may run. Default: anywhere."
    )
    template: PodTemplate | None = Field(
        default=None,
        description="The pod that is one replica: an ordinary pod template. Default: none; then `model` must"
        " be given.",
    )
    model: PoolModel | None = Field(
        default=None,
        description="The model to serve, in place of a template: its profile says how many GPUs a replica"
        " has on `accelerators`, which must be named. Default: none; then `template` must be given.",
    )


class PoolSiteStatus(StatusModel):
    """The pool at one site."""

    site: str = Field(max_length=253, description="Name of the SitePowerEnvelope.")
    placed: int = Field(default=0, description="Replicas that have a place here: watts, coolant and a node.")
    ready: int = Field(default=0, description="Replicas here that are ready to serve.")
    waiting: int = Field(default=0, description="Replicas that would run here if there were room.")
    reason: str | None = Field(
        default=None,
        max_length=128,
        description="Why they wait, in one stable word: InsufficientPower and so on.",
    )
    message: str | None = Field(
        default=None,
        max_length=1024,
        description="Why they wait, as a sentence. Example: rack r12: PDU pdu-3 short by 3.1 kW if feed b"
        " fails.",
    )


class PoolStatus(StatusModel):
    """What has been placed, what waits, and why."""

    observed_generation: int = Field(
        default=-1,
        description="The generation of the spec that this status speaks of; -1 before the first look.",
    )
    desired: int | None = Field(default=None, description="Replicas wanted by the spec observed.")
    replicas: int = Field(default=0, description="Replicas that have been given a place.")
    ready_replicas: int = Field(default=0, description="Replicas that are ready to serve.")
    waiting: int = Field(default=0, description="Replicas without a place.")
    selector: str = Field(
        default="",
        max_length=1024,
        description="Label selector of the pool's pods, for the scale subresource.",
    )
    sites: Annotated[list[PoolSiteStatus], Field(max_length=MAX_SITES)] = Field(
        default_factory=list,
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["site"]},
        description=f"The pool site by site, at most {MAX_SITES}.",
    )
    sites_omitted: int | None = Field(default=None, description="How many sites are not in the list.")
    conditions: Annotated[list[Condition], Field(max_length=32)] = Field(
        default_factory=list,
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
        description="Ready (all wanted replicas are ready), Reconciling, Stalled, and Waiting (some replicas"
        " have no place; the message says which limit is short and by how much).",
    )


class GPUInferencePool(Kind):
    """Replicas of an inference server that run only where power and cooling carry them."""

    RULES: ClassVar[tuple[Rule, ...]] = (SHORT_NAME,)

    api_version: Literal["ampacity.io/v1alpha1"] = API_VERSION
    kind: Literal["GPUInferencePool"] = "GPUInferencePool"
    spec: GPUInferencePoolSpec = Field(description="What to run, how often, on what, and where.")
    status: PoolStatus | None = Field(
        default=None, description="What has been placed and what waits, written by the operator."
    )

    def pod_template(self) -> dict[str, Any]:
        """The template as plain Kubernetes JSON; a pool that names a model has none yet."""
        return self.spec.template.to_dict() if self.spec.template is not None else {}
