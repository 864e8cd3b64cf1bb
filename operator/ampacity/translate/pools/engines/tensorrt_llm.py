"""TensorRT-LLM: trtllm-serve with its PyTorch backend, which loads checkpoints as they are."""

from __future__ import annotations

from ampacity.translate.models.records import Fit, Model
from ampacity.translate.pools.engines.engine import PORT, Engine, longest, stages


def _arguments(model: Model, fit: Fit) -> list[str]:
    """The precision of weights and cache is the checkpoint's own."""
    return [
        "--host=0.0.0.0",
        f"--port={PORT}",
        "--backend=pytorch",
        f"--served_model_name={model.served}",
        f"--tp_size={fit.tensor_parallel}",
        f"--pp_size={stages(fit)}",
        f"--max_seq_len={longest(model)}",
    ]


TENSORRT_LLM = Engine(
    image="nvcr.io/nvidia/tensorrt-llm/release:1.2.0",
    command=lambda weights: ["trtllm-serve", weights],
    arguments=_arguments,
    converts=frozenset(),
)
