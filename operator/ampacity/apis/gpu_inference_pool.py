"""GPUInferencePool: replicas of an inference server, placed where power and cooling carry them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from ampacity.apis.base import API_VERSION, SHORT_NAME, ApiModel, Kind, StatusModel
from ampacity.apis.conditions import Condition
from ampacity.apis.pool_demand import MAX_REGIONS, PoolDemand, PoolLatency
from ampacity.apis.pool_model import PoolModel
from ampacity.apis.pool_placement import Placement
from ampacity.apis.pool_regions import RegionService, RegionSteering
from ampacity.apis.pool_serving import PoolServing
from ampacity.apis.pool_telemetry import RegionTelemetry
from ampacity.apis.rules import Rule
from ampacity.apis.text import ProfileName, Resource

MAX_SITES = 200


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
        Rule(
            cel="!has(self.replicas) || !has(self.demand)",
            holds=lambda spec: spec.replicas is None or spec.demand is None,
            message="replicas are either stated or follow from demand",
            remedy="state one of them; what is stored goes with replicas: null",
            field="demand",
        ),
        Rule(
            cel="!has(self.model) || !has(self.demand) || !has(self.demand.modelProfile)",
            holds=lambda spec: not (spec.model and spec.demand and spec.demand.model_profile),
            message="a pool with a model has its profile already",
            remedy="leave modelProfile out",
            field="demand.modelProfile",
        ),
        Rule(
            cel="!has(self.latency) || has(self.demand)",
            holds=lambda spec: spec.latency is None or spec.demand is not None,
            message="latency is between sites and the regions of demand",
            remedy="state demand, or leave latency out",
            field="latency",
        ),
    )

    replicas: int | None = Field(
        default=None,
        ge=0,
        le=100_000,
        description="How many replicas are wanted over all sites; an autoscaler needs it stated. Default: 1,"
        " unless there is `demand`.",
    )
    demand: PoolDemand | None = Field(
        default=None,
        description="What the pool is to serve, by region, in place of replicas. Default: none.",
    )
    latency: PoolLatency | None = Field(
        default=None, description="How soon the regions of `demand` must be answered. Default: no bound."
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
    serving: PoolServing | None = Field(
        default=None,
        description="How the pool is reached: Services, and with the Gateway API routes whose weights follow"
        " what is ready. {} for Services with the defaults. Default: nothing is made.",
    )

    @property
    def wanted(self) -> int:
        """Replicas as stated; 0 where demand decides how many."""
        return self.replicas if self.replicas is not None else 0 if self.demand else 1


class PoolSiteStatus(StatusModel):
    """The pool at one site."""

    site: str = Field(max_length=253, description="Name of the SitePowerEnvelope.")
    target: int | None = Field(
        default=None,
        description="Replicas that belong here. Absent where nothing decides that: sites are then filled in"
        " order.",
    )
    placed: int = Field(default=0, description="Replicas that have a place here: watts, coolant and a node.")
    ready: int = Field(default=0, description="Replicas here that are ready to serve.")
    waiting: int = Field(default=0, description="Replicas that would run here if there were room.")
    reason: str | None = Field(
        default=None,
        max_length=128,
        description="Why they wait, in one stable word: InsufficientPower and so on; or SiteClosed.",
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
    telemetry: Annotated[list[RegionTelemetry], Field(max_length=MAX_REGIONS)] = Field(
        default_factory=list,
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["region"]},
        description="What the queries of `spec.demand` said last, by region.",
    )
    steering: Annotated[list[RegionSteering], Field(max_length=MAX_REGIONS)] = Field(
        default_factory=list,
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["region"]},
        description="Where the requests of each region of `spec.demand` belong.",
    )
    regions: Annotated[list[RegionService], Field(max_length=MAX_REGIONS)] = Field(
        default_factory=list,
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["region"]},
        description="What is served of each region of `spec.demand`.",
    )
    conditions: Annotated[list[Condition], Field(max_length=32)] = Field(
        default_factory=list,
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
        description="Ready (all wanted replicas are ready), Reconciling, Stalled, Waiting (some replicas"
        " have no place; the message says which limit is short and by how much), and for a pool with demand"
        " DemandMet.",
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
