"""AcceleratorProfile: how to recognise a node's accelerators, and what the node draws."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ampacity.apis.base import API_VERSION, ApiModel, Kind, StatusModel
from ampacity.apis.conditions import Condition
from ampacity.apis.quantities import Power, Units
from ampacity.apis.rules import Rule
from ampacity.apis.text import LabelPattern, ProfileName, Resource

_PATTERNS = Field(max_length=64, json_schema_extra={"x-kubernetes-list-type": "set"})


class ProfileMatch(ApiModel):
    """Which nodes the profile speaks of: all three parts must agree."""

    products: Annotated[list[LabelPattern], _PATTERNS] = Field(
        min_length=1,
        description="Accepted values of the product label (`nvidia.com/gpu.product`,"
        " `amd.com/gpu.product-name`,"
        " `cloud.google.com/gke-accelerator` and their like), with * and ? as wildcards. Case, `_` for `-`"
        " and the suffixes -SHARED and -MIG-... make no difference. Example: [NVIDIA-H200, H200].",
    )
    machines: Annotated[list[LabelPattern], _PATTERNS] | None = Field(
        default=None,
        description="Accepted values of `nvidia.com/gpu.machine` or `node.kubernetes.io/instance-type`, with"
        " * and ? as wildcards. Default: any machine. Example: ['*DGXH200*'].",
    )
    labels: Annotated[dict[str, str], Field(max_length=16)] | None = Field(
        default=None, description="Further node labels that must be equal. Default: none."
    )


class NodePower(ApiModel):
    """What one whole node draws at its power supplies' inlets."""

    idle: Power = Field(
        description="Switched on, no GPU work, GPUs included. Example: 2.4kW.",
    )
    host: Power = Field(
        default="0W",
        description="What work on the CPUs can add to idle. It is charged up front, since ordinary pods may"
        " run beside GPU pods. Default: 0W. Example: 700W.",
    )
    maximum: Power = Field(
        description="Everything at full load: what the nameplate or the maker's maximum says. Example:"
        " 10.2kW."
    )
    air_idle: Power | None = Field(
        default=None,
        description="Heat into room air when idle, in a rack with liquid. Default: all of idle for cooling"
        " Air, nothing less than that where it is unknown.",
    )
    air_maximum: Power | None = Field(
        default=None,
        description="Heat into room air at full load, in a rack with liquid. Default: all of maximum.",
    )


class GpuPower(ApiModel):
    """What one physical GPU draws."""

    tdp: Power = Field(description="Thermal design power, the default power limit. Example: 700W.")
    minimum: Power | None = Field(
        default=None,
        description="The lowest power limit the driver accepts. Default: unknown. Example: 200W.",
    )
    idle: Power | None = Field(default=None, description="Draw with no work. Default: unknown. Example: 75W.")


class FigureSource(ApiModel):
    """Where figures come from, so that anyone can check them."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.document) || has(self.estimated)",
            holds=lambda source: source.document is not None or source.estimated is not None,
            message="a figure needs a document, or a word on how it was estimated",
            remedy="state document (and says), or estimated",
        ),
    )

    figures: Annotated[list[str], Field(min_length=1, max_length=16)] = Field(
        description="The figures meant, by their paths. Example: [gpu.tdp, node.maximum]."
    )
    document: str | None = Field(
        default=None,
        max_length=300,
        description="Title of the document, with its publisher. Example: NVIDIA DGX B200 User Guide.",
    )
    says: str | None = Field(
        default=None, max_length=600, description="What the document says. Example: 14.3 kW max."
    )
    estimated: str | None = Field(
        default=None,
        max_length=600,
        description="How the figure was derived, where no document states it. Example: idle of the 8-GPU"
        " server, halved.",
    )


class AcceleratorProfileSpec(ApiModel):
    """One server or tray, as power and cooling see it."""

    display_name: str | None = Field(
        default=None, max_length=120, description="Name for people. Example: NVIDIA HGX H200, air-cooled."
    )
    family: ProfileName = Field(
        description="The accelerator's short name, shared by all profiles with it. A pool that accepts a"
        " family accepts each of its profiles. Example: h200."
    )
    match: ProfileMatch = Field(description="Which nodes the profile speaks of.")
    resources: Annotated[list[Resource], Field(min_length=1, max_length=16)] = Field(
        description="The resource names under which pods ask for these GPUs, slices included, with * as a"
        " wildcard. Example: [nvidia.com/gpu, nvidia.com/mig-*].",
        json_schema_extra={"x-kubernetes-list-type": "set"},
    )
    gpus: int = Field(ge=1, le=64, description="Physical GPUs of the node. Example: 8.")
    node: NodePower = Field(description="What the whole node draws.")
    gpu: GpuPower = Field(description="What one GPU draws.")
    cooling: Literal["Air", "Liquid", "Either"] = Field(
        default="Air",
        description="Air: all heat goes into room air. Liquid: needs a loop and never lands in an air-cooled"
        " rack. Either: uses a loop where the rack has one. Default: Air.",
    )
    power_supplies: Units | None = Field(
        default=None,
        description="The node's own power supplies. If a failure leaves fewer alive than the node needs, it"
        " is throttled. Default: none of its own (fed by the rack's busbar). Example: 6x3.3kW.",
    )
    announced: bool = Field(
        default=False,
        description="True if the maker has announced these figures but nobody has measured them."
        " Default: false.",
    )
    sources: Annotated[list[FigureSource], Field(max_length=32)] | None = Field(
        default=None, description="Where each figure comes from. Default: nothing is said."
    )


class AcceleratorProfileStatus(StatusModel):
    """What Ampacity makes of the profile."""

    observed_generation: int = Field(
        default=-1,
        description="The generation of the spec that this status speaks of; -1 before the first look.",
    )
    accepted_generation: int | None = Field(
        default=None, description="The generation in force: the newest one without problems."
    )
    matched_nodes: int | None = Field(default=None, description="How many nodes use this profile now.")
    conditions: Annotated[list[Condition], Field(max_length=32)] = Field(
        default_factory=list,
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
        description="Ready, Reconciling and Stalled.",
    )


class AcceleratorProfile(Kind):
    """How to recognise a server's accelerators, and what the server draws."""

    api_version: Literal["ampacity.io/v1alpha1"] = API_VERSION
    kind: Literal["AcceleratorProfile"] = "AcceleratorProfile"
    spec: AcceleratorProfileSpec = Field(
        description="The server or tray, written by its people or the catalogue."
    )
    status: AcceleratorProfileStatus | None = Field(
        default=None, description="What Ampacity makes of it, written by the operator."
    )
