"""ModelProfile: what a model needs of accelerators, and how many tokens a second a replica makes there."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ampacity.apis.accelerator_profile import FigureSource
from ampacity.apis.base import API_VERSION, SHORT_NAME, ApiModel, Kind, StatusModel
from ampacity.apis.conditions import Condition
from ampacity.apis.rules import Rule
from ampacity.apis.text import ModelId, ProfileName

Precision = Literal["BF16", "FP16", "FP8", "INT8", "FP4", "MXFP4", "INT4"]

_SOURCES = Field(max_length=16)


class Parameters(ApiModel):
    """How large the model is."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="!has(self.activeBillions) || self.activeBillions <= self.billions",
            holds=lambda size: size.active_billions is None or size.active_billions <= size.billions,
            message="one token cannot use more parameters than the model has",
            remedy="swap the two figures, or leave activeBillions out",
            field="activeBillions",
        ),
    )

    billions: float = Field(ge=0.001, le=100_000, description="Parameters in billions. Example: 70.6.")
    active_billions: float | None = Field(
        default=None,
        ge=0.001,
        le=100_000,
        description="Parameters that one token uses, in a mixture of experts. Default: all of them.",
    )


class Weights(ApiModel):
    """The weights at one precision."""

    precision: Precision = Field(description="Number format of most weights. Example: FP8.")
    gigabytes: float = Field(
        ge=0.001, le=100_000, description="Size in GB (10^9 bytes), on disk as in memory. Example: 70.6."
    )
    model: ModelId | None = Field(
        default=None,
        description="What servers load for this precision. Default: the profile's model, which servers bring"
        " to FP8 as they load it where they can. Example: nvidia/Llama-3.3-70B-Instruct-FP4.",
    )


class Latency(ApiModel):
    """What users of a replica wait for at the throughput stated."""

    time_to_first_token_milliseconds: int = Field(
        ge=1, le=600_000, description="From request to first token, queueing included. Example: 2000."
    )
    inter_token_latency_milliseconds: int = Field(
        ge=1, le=60_000, description="From one token to the next, on average. Example: 50."
    )


class ModelFit(ApiModel):
    """The model on so many accelerators of one kind."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="!has(self.tensorParallel) || self.gpus % self.tensorParallel == 0",
            holds=lambda fit: fit.tensor_parallel is None or fit.gpus % fit.tensor_parallel == 0,
            message="the GPUs of a replica cannot be shared out evenly",
            remedy="state a tensorParallel that divides gpus, or leave it out",
            field="tensorParallel",
        ),
    )

    accelerator: ProfileName = Field(
        description="Name of an AcceleratorProfile, or of a family, which stands for all its profiles."
        " Example: h100."
    )
    gpus: int = Field(ge=1, le=64, description="GPUs of one replica. Example: 2.")
    tensor_parallel: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="Over how many GPUs each layer is split; gpus over this many are pipeline stages or"
        " data-parallel ranks. Default: gpus.",
    )
    precision: Precision = Field(description="Which of the weights. Example: FP8.")
    memory_gigabytes: int = Field(
        ge=1,
        le=100_000,
        description="GPU memory in GB (10^9 bytes) that the figures need, over all GPUs of the replica:"
        " weights, KV cache and buffers. Example: 116.",
    )
    prefill_tokens_per_second: int = Field(
        ge=1,
        le=100_000_000,
        description="Input tokens/s of one replica that does nothing else. Example: 12000.",
    )
    decode_tokens_per_second: int = Field(
        ge=1,
        le=100_000_000,
        description="Output tokens/s of one replica that does nothing else. Example: 5000.",
    )
    latency: Latency = Field(description="The latency at which both hold.")
    sources: Annotated[list[FigureSource], _SOURCES] | None = Field(
        default=None, description="Where each figure comes from. Default: nothing is said."
    )


class ModelProfileSpec(ApiModel):
    """One model as it is served, and where it fits."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="self.fits.all(f, self.weights.exists(w, w.precision == f.precision))",
            holds=lambda spec: {fit.precision for fit in spec.fits} <= {w.precision for w in spec.weights},
            message="a fit has a precision for which no weights are stated",
            remedy="add the weights at that precision, or correct the fit",
            field="weights",
        ),
        Rule(
            cel="self.fits.all(f, self.weights.all(w, w.precision != f.precision"
            " || double(f.memoryGigabytes) >= w.gigabytes))",
            holds=lambda spec: all(
                fit.memory_gigabytes >= weights.gigabytes
                for fit in spec.fits
                for weights in spec.weights
                if weights.precision == fit.precision
            ),
            message="a fit has less memory than its weights take",
            remedy="raise its memoryGigabytes, or correct the weights",
            field="fits",
        ),
    )

    display_name: str | None = Field(
        default=None, max_length=120, description="Name for people. Example: Llama 3.3 70B Instruct."
    )
    model: ModelId = Field(
        description="What servers load and clients ask for, for example an id at Hugging Face. Example:"
        " meta-llama/Llama-3.3-70B-Instruct."
    )
    license: str | None = Field(
        default=None, max_length=120, description="The weights' licence. Example: apache-2.0."
    )
    parameters: Parameters | None = Field(default=None, description="Size of the model. Default: unknown.")
    weights: Annotated[list[Weights], Field(min_length=1, max_length=8)] = Field(
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["precision"]},
        description="Size of the weights at each precision that fits use.",
    )
    context_length: int = Field(
        ge=1, le=100_000_000, description="Most tokens of one request, input and output. Example: 131072."
    )
    cache_bytes_per_token: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000_000,
        description="KV cache of one token in 16 bits, over all layers. Default: unknown. Example: 327680.",
    )
    fits: Annotated[list[ModelFit], Field(min_length=1, max_length=64)] = Field(
        json_schema_extra={
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["accelerator", "gpus"],
        },
        description="Where the model fits, and what a replica does there.",
    )
    sources: Annotated[list[FigureSource], _SOURCES] | None = Field(
        default=None, description="Where the model's own figures come from. Default: nothing is said."
    )


class ModelProfileStatus(StatusModel):
    """What Ampacity makes of the profile."""

    observed_generation: int = Field(
        default=-1,
        description="The generation of the spec that this status speaks of; -1 before the first look.",
    )
    accepted_generation: int | None = Field(
        default=None, description="The generation in force: the newest one without problems."
    )
    fits: int | None = Field(default=None, description="How many fits the generation in force has.")
    usable: int | None = Field(
        default=None, description="How many of them fit servers of an AcceleratorProfile in force."
    )
    conditions: Annotated[list[Condition], Field(max_length=32)] = Field(
        default_factory=list,
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
        description="Ready, Reconciling and Stalled; and UnusableFits while some fits name accelerators that"
        " no profile in force goes by, or more GPUs than its servers have.",
    )


class ModelProfile(Kind):
    """What a model needs of accelerators, and how many tokens a second a replica makes there."""

    RULES: ClassVar[tuple[Rule, ...]] = (SHORT_NAME,)

    api_version: Literal["ampacity.io/v1alpha1"] = API_VERSION
    kind: Literal["ModelProfile"] = "ModelProfile"
    spec: ModelProfileSpec = Field(description="The model, written by its people or the catalogue.")
    status: ModelProfileStatus | None = Field(
        default=None, description="What Ampacity makes of it, written by the operator."
    )
