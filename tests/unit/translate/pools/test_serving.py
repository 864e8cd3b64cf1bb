"""Pools that name a model: the server's pod, and everything that keeps it from being written."""

from __future__ import annotations

from typing import Any

import pytest

from ampacity.apis import GPUInferencePool, read
from ampacity.catalogue import documents, models
from ampacity.core.site import Problem
from ampacity.translate.models.model import model_of
from ampacity.translate.models.records import Model
from ampacity.translate.pods.reader import PodReader
from ampacity.translate.pools.reading import PoolRead, read_pool
from ampacity.translate.profiles.profile import profile_of
from ampacity.translate.records import Profile
from tests.builders import resources
from tests.builders.resources import fit

BOXES = [
    resources.profile("box-8"),
    resources.profile("tray-4", family="tray", gpus=4),
    resources.profile("amd-8", family="amd", resources=["amd.com/gpu"]),
]


def profiles(objects: list[dict[str, Any]]) -> list[Profile]:
    return [profile for obj in objects if (profile := profile_of(obj)[0]) is not None]


def model(**spec: Any) -> Model:
    found, problems = model_of(resources.model(**spec))
    assert found is not None, problems
    return found


def pool(profile: str = "chat-8b", accelerators: list[str] | None = None, **spec: Any) -> dict[str, Any]:
    asked = {"profile": profile, **spec.pop("model", {})}
    return resources.pool(template=None, model=asked, accelerators=accelerators or ["box"], **spec)


def outcome(obj: dict[str, Any], *known: Model) -> tuple[PoolRead | None, tuple[Problem, ...]]:
    reader = PodReader(["nvidia.com/gpu", "amd.com/gpu"])
    return read_pool(obj, profiles(BOXES), reader, models=known or (model(),))


def server(obj: dict[str, Any], *known: Model) -> dict[str, Any]:
    found, problems = outcome(obj, *known)
    assert found is not None, [str(problem) for problem in problems]
    (container,) = found.template["spec"]["containers"]
    return dict(container)


def refused(obj: dict[str, Any], *known: Model) -> str:
    found, problems = outcome(obj, *known)
    assert found is None
    (problem,) = problems
    return str(problem)


def test_a_replica_as_the_planner_sees_it() -> None:
    found, _ = outcome(pool(replicas=3), model(fits=[fit("box", 2)]))
    assert found is not None
    assert (found.record.shape.gpu_units, found.record.replicas) == (2, 3)
    assert (
        found.template["spec"]["schedulerName"] == "ampacity"
    )  # the fast lane: nothing but a node is needed
    assert found.template["metadata"]["annotations"]["ampacity.io/accelerators"] == "box"


def test_vllm_is_what_serves_unless_another_engine_is_named() -> None:
    found = server(pool(), model(fits=[fit("box", 4, tensorParallel=2)]))
    assert found["image"].startswith("vllm/vllm-openai:v")
    assert found["command"] == ["vllm", "serve", "example/chat-8b"]
    assert found["args"] == [
        "--host=0.0.0.0", "--port=8000", "--served-model-name=example/chat-8b",
        "--tensor-parallel-size=2", "--pipeline-parallel-size=2", "--max-model-len=32768",
        "--quantization=fp8", "--kv-cache-dtype=fp8",
    ]  # fmt: skip
    assert found["resources"] == {"limits": {"nvidia.com/gpu": "4"}}
    assert found["ports"] == [{"name": "http", "containerPort": 8000}]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert found[probe]["httpGet"] == {"path": "/health", "port": "http"}


def test_sglang() -> None:
    found = server(pool(model={"engine": "SGLang"}))
    assert found["image"].startswith("lmsysorg/sglang:v")
    assert found["command"][-1] == "--model-path=example/chat-8b"
    assert {
        "--tp-size=1",
        "--context-length=32768",
        "--quantization=fp8",
        "--kv-cache-dtype=fp8_e4m3",
    } <= set(found["args"])


def test_tensorrt_llm_loads_checkpoints_as_they_are() -> None:
    ready = [{"precision": "FP8", "gigabytes": 8, "model": "example/chat-8b-fp8"}]
    found = server(pool(model={"engine": "TensorRT-LLM"}), model(weights=ready))
    assert found["command"] == ["trtllm-serve", "example/chat-8b-fp8"]
    assert "--served_model_name=example/chat-8b" in found["args"] and "--tp_size=1" in found["args"]
    assert not [argument for argument in found["args"] if "quant" in argument]
    assert refused(pool(model={"engine": "TensorRT-LLM"})) == (
        "spec.model: TensorRT-LLM cannot bring example/chat-8b to FP8 as it loads it;"
        " state what to load as model of the weights at FP8 in ModelProfile chat-8b"
    )


def test_a_checkpoint_of_its_own_is_loaded_and_goes_by_the_model_name() -> None:
    ready = [{"precision": "FP8", "gigabytes": 8, "model": "example/chat-8b-fp8"}]
    found = server(pool(), model(weights=ready))
    assert found["command"][-1] == "example/chat-8b-fp8"
    assert "--served-model-name=example/chat-8b" in found["args"]
    assert "--quantization=fp8" not in found["args"] and "--kv-cache-dtype=fp8" in found["args"]


@pytest.mark.parametrize(
    ("precision", "said"), [("BF16", None), ("MXFP4", None), ("FP4", "to FP4 as it loads")]
)
def test_precisions_in_which_models_are_published(precision: str, said: str | None) -> None:
    weights = [{"precision": precision, "gigabytes": 8}]
    known = model(weights=weights, fits=[fit(precision=precision)])
    if said:
        assert said in refused(pool(), known)
    else:
        assert not [a for a in server(pool(), known)["args"] if "quant" in a or "cache" in a]


def test_a_long_context_is_cut_unless_the_pool_says_otherwise() -> None:
    long = model(contextLength=10_000_000)
    assert "--max-model-len=32768" in server(pool(), long)["args"]
    own = server(pool(model={"args": ["--max-model-len=65536"]}), long)["args"]
    assert own[-1] == "--max-model-len=65536"  # the last one wins


def test_short_contexts_stay_as_they_are() -> None:
    assert "--max-model-len=4096" in server(pool(), model(contextLength=4096))["args"]


def test_shared_memory_and_secrets() -> None:
    found, _ = outcome(pool(model={"secret": "hf-token"}))
    assert found is not None
    spec = found.template["spec"]
    memory = {"name": "shared-memory", "emptyDir": {"medium": "Memory", "sizeLimit": "8Gi"}}
    assert spec["volumes"] == [memory]
    (container,) = spec["containers"]
    assert container["volumeMounts"] == [{"name": "shared-memory", "mountPath": "/dev/shm"}]
    assert container["envFrom"] == [{"secretRef": {"name": "hf-token"}}]


def test_the_smallest_replica_unless_the_pool_says_how_large() -> None:
    known = model(fits=[fit("box", 4), fit("box", 2)])
    assert server(pool(), known)["resources"]["limits"] == {"nvidia.com/gpu": "2"}
    assert server(pool(gpusPerReplica=4), known)["resources"]["limits"] == {"nvidia.com/gpu": "4"}
    assert refused(pool(gpusPerReplica=8), known) == (
        "spec.accelerators: ModelProfile chat-8b has no fit on box with 8 GPUs a replica;"
        " leave them out, or add the fit to the profile"
    )


def test_one_pool_has_one_kind_of_replica() -> None:
    weights = [{"precision": "FP8", "gigabytes": 8}, {"precision": "BF16", "gigabytes": 16}]
    known = model(weights=weights, fits=[fit("box", 2), fit("tray", 1, precision="BF16")])
    assert refused(pool(accelerators=["box", "tray"]), known) == (
        "spec.accelerators: a replica of chat-8b is not the same on each: 2 GPUs in FP8 on box;"
        " 1 GPU in BF16 on tray; name one accelerator, or make a pool for each"
    )
    same = model(fits=[fit("box", 2), fit("tray", 2)])
    assert server(pool(accelerators=["box", "tray"]), same)["resources"]["limits"] == {"nvidia.com/gpu": "2"}


def test_accelerators_without_a_fit_are_named() -> None:
    said = refused(pool(accelerators=["box", "tray"]))
    assert "has no fit on tray; leave them out" in said


def test_accelerators_must_be_named() -> None:
    said = refused(resources.pool(template=None, model={"profile": "chat-8b"}))
    assert said == (
        "spec.accelerators: must be named for a pool with a model, for they decide what a replica is;"
        " chat-8b fits box"
    )


def test_an_unknown_profile() -> None:
    assert refused(pool("chat-8c")) == (
        "spec.model.profile: no ModelProfile in force is called chat-8c; did you mean chat-8b?;"
        " correct the name, or apply the profile first; until then what runs stays as it is"
    )


def test_the_images_that_ship_are_for_nvidia() -> None:
    known = model(fits=[fit("amd")])
    assert refused(pool(accelerators=["amd"]), known) == (
        "spec.model.image: the image of vLLM that ships with Ampacity is for NVIDIA GPUs, not amd.com/gpu;"
        " state one for these accelerators"
    )
    found = server(pool(accelerators=["amd"], model={"image": "example/rocm"}), known)
    assert (found["image"], found["resources"]["limits"]) == ("example/rocm", {"amd.com/gpu": "1"})


@pytest.mark.parametrize(
    "spec", [{"template": None}, {"model": {"profile": "chat-8b"}}], ids=["neither", "both"]
)
def test_a_pool_has_a_template_or_a_model(spec: dict[str, Any]) -> None:
    found, problems = read(GPUInferencePool, resources.pool(**spec))
    assert found is None
    assert [str(problem) for problem in problems] == [
        "spec: a pool runs either a template or a model; state template, or model, and not both"
    ]


@pytest.mark.parametrize("name", [str(obj["metadata"]["name"]) for obj in models()])
def test_vllm_serves_every_model_of_the_catalogue_somewhere(name: str) -> None:
    """On each NVIDIA accelerator it fits, but for FP4 weights that nobody has published under a name."""
    known = [found for obj in models() if (found := model_of(obj)[0]) is not None]
    (wanted,) = (found for found in known if found.name == name)
    served = 0
    for accelerator in {own.accelerator for own in wanted.fits if not own.accelerator.startswith("mi3")}:
        reader = PodReader(["nvidia.com/gpu"])
        obj = pool(name, accelerators=[accelerator])
        found, problems = read_pool(obj, profiles(documents()), reader, models=known)
        served += found is not None
        assert found is not None or "to FP4 as it loads it" in str(problems[0])
    assert served >= 2
