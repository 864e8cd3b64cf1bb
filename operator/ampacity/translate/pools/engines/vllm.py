"""vLLM: its OpenAI-compatible server, as its own image starts it."""

from __future__ import annotations

from ampacity.translate.models.records import Fit, Model
from ampacity.translate.pools.engines.engine import CACHE_IN_8_BITS, PORT, Engine, longest, stages


def _arguments(model: Model, fit: Fit) -> list[str]:
    found = [
        "--host=0.0.0.0",
        f"--port={PORT}",
        f"--served-model-name={model.served}",
        f"--tensor-parallel-size={fit.tensor_parallel}",
        f"--pipeline-parallel-size={stages(fit)}",
        f"--max-model-len={longest(model)}",
    ]
    if fit.precision == "FP8" and not fit.checkpoint:
        found.append("--quantization=fp8")
    if fit.precision in CACHE_IN_8_BITS:
        found.append("--kv-cache-dtype=fp8")
    return found


VLLM = Engine(
    image="vllm/vllm-openai:v0.16.0",
    command=lambda weights: ["vllm", "serve", weights],
    arguments=_arguments,
    converts=frozenset({"FP8"}),
)
