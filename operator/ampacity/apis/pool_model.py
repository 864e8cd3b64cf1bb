"""A pool's model: which profile, on which model server."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ampacity.apis.base import ApiModel
from ampacity.apis.text import ProfileName, SecretName

_Argument = Annotated[str, Field(min_length=1, max_length=1024)]


class PoolModel(ApiModel):
    """A model by its profile, on a model server whose pod Ampacity writes."""

    profile: ProfileName = Field(description="Name of a ModelProfile. Example: llama-3-3-70b.")
    engine: Literal["vLLM", "SGLang", "TensorRT-LLM"] = Field(
        default="vLLM", description="The model server. Default: vLLM."
    )
    image: str | None = Field(
        default=None,
        min_length=1,
        max_length=1024,
        description="The server's image. Default: the one that this version of Ampacity was made with, for"
        " NVIDIA GPUs. Example: vllm/vllm-openai-rocm:v0.14.1.",
    )
    args: Annotated[list[_Argument], Field(max_length=64)] | None = Field(
        default=None,
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
        description="Further arguments of the server, after those that the profile gives, so that they win."
        " Default: none. Example: ['--max-model-len=65536'].",
    )
    secret: SecretName | None = Field(
        default=None,
        description="A Secret of the pool's namespace whose keys become environment variables of the server,"
        " for example HF_TOKEN. Default: none.",
    )
