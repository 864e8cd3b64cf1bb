"""Models and accelerators as a table, or as data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ampacity.cli.offers import Mix, Offer
from ampacity.cli.render.style import Style
from ampacity.cli.render.table import counted, table, wrapped
from ampacity.translate.models.records import Origin

_GB = 1e9
_HEADS = (
    "MODEL", "ON", "GPUS", "TP", "FORMAT", "WEIGHTS", "MEMORY",
    "PREFILL", "DECODE", "TTFT", "ITL", "REQ/S", "KW", "TOK/J", "FIGURES",
)  # fmt: skip
_RIGHT = (2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13)
_MEANING = {
    Origin.PUBLISHED: "as a document says",
    Origin.DERIVED: "worked out from what a document says of the same model and GPUs",
    Origin.ESTIMATED: "by formula, from other models or GPUs",
    Origin.UNSTATED: "the profile does not say where from",
}
_UNKNOWN = "-"


def draw_models(offers: Sequence[Offer], mix: Mix, style: Style) -> str:
    """The table, and what its columns mean."""
    seen = [origin for origin in Origin if any(offer.fit.origin is origin for offer in offers)]
    legend = "; ".join(f"{origin}: {_MEANING[origin]}" for origin in seen)
    notes = (
        "Of one replica. Weights and memory in GB, prefill and decode in tokens/s, at this time to first"
        f" token and inter-token latency. Requests/s with {mix.given:,.0f} input and {mix.made:,.0f} output"
        f" tokens{_cached(mix)}, {mix.utilisation:.0%} busy. kW: its GPUs' share of the server's maximum."
        " Tokens/J: output tokens at that rate and power.",
        f"Figures are {legend}.",
    )
    rows = [_row(offer) for offer in offers]
    drawn = table(_HEADS, rows, style, _RIGHT)
    return "\n".join([drawn, "", *(wrapped(note, style, 0) for note in notes), _sum(offers)])


def models_json(offers: Sequence[Offer], mix: Mix) -> str:
    """The same as data, in bytes, watts, tokens/s and milliseconds; stable keys."""
    asked = {"inputTokens": mix.given, "outputTokens": mix.made, "cached": mix.cached}
    asked["utilisation"] = mix.utilisation
    return json.dumps({"request": asked, "offers": [_data(offer) for offer in offers]}, indent=2)


def _row(offer: Offer) -> list[str]:
    fit = offer.fit
    return [
        offer.model.name,
        fit.accelerator,
        str(fit.gpus),
        str(fit.tensor_parallel),
        fit.precision,
        f"{fit.weights / _GB:,.1f}",
        f"{fit.memory / _GB:,.0f}",
        f"{fit.prefill:,}",
        f"{fit.decode:,}",
        f"{fit.first_ms / 1000:g} s",
        f"{fit.token_ms} ms",
        f"{offer.requests:,.1f}" if offer.requests >= 1 else f"{offer.requests:.2f}",
        f"{offer.watts / 1000:.2f}" if offer.watts else _UNKNOWN,
        f"{offer.tokens_per_joule:.2f}" if offer.watts else _UNKNOWN,
        fit.origin.value,
    ]


def _cached(mix: Mix) -> str:
    return f", {mix.cached:.0%} of the input in a prefix cache" if mix.cached else ""


def _sum(offers: Sequence[Offer]) -> str:
    models = {offer.model.name for offer in offers}
    public = sum(offer.fit.origin in (Origin.PUBLISHED, Origin.DERIVED) for offer in offers)
    counts = f"{counted(len(models), 'model')}, {counted(len(offers), 'fit')}"
    return f"{counts}, {public} from published results."


def _data(offer: Offer) -> dict[str, Any]:
    fit = offer.fit
    return {
        "model": offer.model.name,
        "serves": offer.model.served,
        "accelerator": fit.accelerator,
        "gpus": fit.gpus,
        "tensorParallel": fit.tensor_parallel,
        "precision": fit.precision,
        "weightsBytes": fit.weights,
        "memoryBytes": fit.memory,
        "prefillTokensPerSecond": fit.prefill,
        "decodeTokensPerSecond": fit.decode,
        "timeToFirstTokenMilliseconds": fit.first_ms,
        "interTokenLatencyMilliseconds": fit.token_ms,
        "figures": fit.origin.value,
        "requestsPerSecond": offer.requests,
        "watts": offer.watts or None,
        "outputTokensPerJoule": offer.tokens_per_joule if offer.watts else None,
    }
