"""Our own resources as users write them, valid by default: say only what the test is about."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
API = "ampacity.io/v1alpha1"


def envelope(
    name: str = "hall", *, labels: dict[str, str] | None = None, generation: int = 1, **spec: Any
) -> Json:
    """A meter, a UPS on it, one air unit and one rack; `spec` replaces whole fields (None removes one)."""
    fields: Json = {
        "tier": "Edge",
        "domains": [
            {"name": "meter", "type": "Utility", "capacity": "100kW"},
            {"name": "ups", "type": "UPS", "capacity": "60kW", "efficiency": "95%", "suppliers": ["meter"]},
        ],
        "cooling": [{"name": "room", "medium": "Air", "capacity": "60kW"}],
        "racks": [rack()],
    }
    metadata = {"name": name, "generation": generation, "labels": labels or {}}
    return _object("SitePowerEnvelope", metadata, fields | spec)


def domain(name: str = "pdu", **fields: Any) -> Json:
    """A PDU of 50 kW on the UPS; give a rating or units and the capacity goes."""
    own: Json = {"name": name, "type": "PDU", "suppliers": ["ups"]}
    if not {"rating", "units", "capacity"} & fields.keys():
        own["capacity"] = "50kW"
    return own | fields


def rack(names: str = "r1", **fields: Any) -> Json:
    """A rack on the UPS and the room's air."""
    return _present({"names": names, "power": ["ups"], "air": "room"} | fields)


def with_domains(*domains: Json, **spec: Any) -> Json:
    """The default envelope with more domains."""
    return envelope(domains=[*envelope()["spec"]["domains"], *domains], **spec)


def profile(name: str = "box-8", *, generation: int = 1, **spec: Any) -> Json:
    """A server of eight GPUs called NVIDIA-BOX; `spec` replaces whole fields."""
    fields: Json = {
        "family": "box",
        "match": {"products": ["NVIDIA-BOX"]},
        "resources": ["nvidia.com/gpu", "nvidia.com/mig-*"],
        "gpus": 8,
        "node": {"idle": "1kW", "host": "500W", "maximum": "5kW"},
        "gpu": {"tdp": "400W"},
    }
    return _object("AcceleratorProfile", {"name": name, "generation": generation}, fields | spec)


def model(name: str = "chat-8b", *, generation: int = 1, **spec: Any) -> Json:
    """A model of 8 GB that fits one GPU of family box; `spec` replaces whole fields."""
    fields: Json = {
        "model": "example/chat-8b",
        "weights": [{"precision": "FP8", "gigabytes": 8}],
        "contextLength": 32768,
        "fits": [fit()],
    }
    return _object("ModelProfile", {"name": name, "generation": generation}, fields | spec)


def fit(accelerator: str = "box", gpus: int = 1, **fields: Any) -> Json:
    """10,000 tokens/s in, 1,000 out."""
    own: Json = {
        "accelerator": accelerator,
        "gpus": gpus,
        "precision": "FP8",
        "memoryGigabytes": 20,
        "prefillTokensPerSecond": 10_000,
        "decodeTokensPerSecond": 1_000,
        "latency": {"timeToFirstTokenMilliseconds": 2000, "interTokenLatencyMilliseconds": 50},
    }
    return _present(own | fields)


def pool(name: str = "chat", namespace: str = "default", **spec: Any) -> Json:
    """One replica of one container."""
    template = {"spec": {"containers": [{"name": "main", "image": "server"}]}}
    metadata = {"name": name, "namespace": namespace, "generation": 1}
    return _object("GPUInferencePool", metadata, {"template": template} | spec)


def _object(kind: str, metadata: Json, spec: Json) -> Json:
    return {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": _present(spec)}


def _present(fields: Json) -> Json:
    return {key: value for key, value in fields.items() if value is not None}
