"""SGLang: its server as its own image starts it."""

from __future__ import annotations

from ampacity.translate.models.records import Fit, Model
from ampacity.translate.pools.engines.engine import CACHE_IN_8_BITS, PORT, Engine, longest, stages


def _arguments(model: Model, fit: Fit) -> list[str]:
    found = [
        "--host=0.0.0.0",
        f"--port={PORT}",
        f"--served-model-name={model.served}",
        f"--tp-size={fit.tensor_parallel}",
        f"--pp-size={stages(fit)}",
        f"--context-length={longest(model)}",
    ]
    if fit.precision == "FP8" and not fit.checkpoint:
        found.append("--quantization=fp8")
    if fit.precision in CACHE_IN_8_BITS:
        found.append("--kv-cache-dtype=fp8_e4m3")
    return found


SGLANG = Engine(
    image="lmsysorg/sglang:v0.5.19",
    command=lambda weights: ["python3", "-m", "sglang.launch_server", f"--model-path={weights}"],
    arguments=_arguments,
    converts=frozenset({"FP8"}),
)
