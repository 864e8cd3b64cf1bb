"""A pool that names a model, as the same pool with a template: the server's pod, and GPUs by the model's fit.

Only what the pool and the model's profile say goes into the template, never what the fleet looks like at
a moment, because a change of the template is a rollout of all replicas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from ampacity.apis import GPUInferencePool
from ampacity.apis.gpu_inference_pool import PodTemplate
from ampacity.apis.pool_model import PoolModel
from ampacity.core.site import Problem
from ampacity.translate.models.matching import fits_by_name
from ampacity.translate.models.records import Fit, Model
from ampacity.translate.pools.engines.engine import Engine, pod_template
from ampacity.translate.pools.engines.sglang import SGLANG
from ampacity.translate.pools.engines.tensorrt_llm import TENSORRT_LLM
from ampacity.translate.pools.engines.vllm import VLLM
from ampacity.translate.records import Profile

ENGINES: Mapping[str, Engine] = {"vLLM": VLLM, "SGLang": SGLANG, "TensorRT-LLM": TENSORRT_LLM}

_AS_THEY_ARE = ("BF16", "FP16", "MXFP4")
"""Precisions in which models are published, so that the model itself is what servers load."""

_NVIDIA = "nvidia.com/"
_WHERE, _WHAT = "spec.accelerators", "spec.model"

Served = tuple[GPUInferencePool | None, tuple[Problem, ...]]


def with_template(pool: GPUInferencePool, models: Iterable[Model], profiles: Sequence[Profile]) -> Served:
    """The pool with the template and the GPUs of its model, or why there are none; else as it is."""
    asked = pool.spec.model
    if asked is None:
        return pool, ()
    known = {model.name: model for model in models}
    model = known.get(asked.profile)
    if model is None:
        return None, (unknown_model(f"{_WHAT}.profile", asked.profile, known),)
    fits = fits_by_name(model, pool.spec.accelerators or (), pool.spec.gpus_per_replica, profiles)
    problems = tuple(_unfit(pool, model, fits)) or tuple(_unservable(asked, model, fits, profiles))
    if problems:
        return None, problems
    fit = next(fit for fit in fits.values() if fit is not None)
    template = PodTemplate.model_validate(pod_template(ENGINES[asked.engine], model, fit, asked))
    spec = pool.spec.model_copy(update={"template": template, "gpus_per_replica": fit.gpus})
    return pool.model_copy(update={"spec": spec}), ()


def _unfit(pool: GPUInferencePool, model: Model, fits: Mapping[str, Fit | None]) -> Iterator[Problem]:
    """Accelerators that are not named, on which the model does not fit, or on which replicas differ."""
    if not fits:
        there = ", ".join(dict.fromkeys(fit.accelerator for fit in model.fits))
        said = "must be named for a pool with a model, for they decide what a replica is"
        yield Problem(_WHERE, said, f"{model.name} fits {there}")
        return
    sized = f" with {pool.spec.gpus_per_replica} GPUs a replica" if pool.spec.gpus_per_replica else ""
    if missing := [name for name, fit in fits.items() if fit is None]:
        said = f"ModelProfile {model.name} has no fit on {', '.join(missing)}{sized}"
        yield Problem(_WHERE, said, "leave them out, or add the fit to the profile")
    elif len({_replica(fit) for fit in fits.values() if fit is not None}) > 1:
        each = "; ".join(f"{_said(fit)} on {name}" for name, fit in fits.items() if fit is not None)
        said = f"a replica of {model.name} is not the same on each: {each}"
        yield Problem(_WHERE, said, "name one accelerator, or make a pool for each")


def _unservable(
    asked: PoolModel, model: Model, fits: Mapping[str, Fit | None], profiles: Sequence[Profile]
) -> Iterator[Problem]:
    """What the engine cannot load, or has no image for."""
    engine = ENGINES[asked.engine]
    fit = next(fit for fit in fits.values() if fit is not None)
    as_it_is = fit.checkpoint or fit.precision in _AS_THEY_ARE
    if not as_it_is and fit.precision not in engine.converts:
        said = f"{asked.engine} cannot bring {model.served} to {fit.precision} as it loads it"
        remedy = f"state what to load as model of the weights at {fit.precision} in ModelProfile {model.name}"
        yield Problem(_WHAT, said, remedy)
    meant = [profile for profile in profiles if not fits.keys().isdisjoint((profile.name, profile.family))]
    others = sorted({name for p in meant for name in p.resources if not name.startswith(_NVIDIA)})
    if others and asked.image is None:
        said = f"the image of {asked.engine} that ships with Ampacity is for NVIDIA GPUs, not {others[0]}"
        yield Problem("spec.model.image", said, "state one for these accelerators")


def _replica(fit: Fit) -> tuple[int, int, str, str]:
    """What of a fit shows in the pod."""
    return fit.gpus, fit.tensor_parallel, fit.precision, fit.checkpoint


def _said(fit: Fit) -> str:
    return f"{fit.gpus} GPU{'' if fit.gpus == 1 else 's'} in {fit.precision}"


def unknown_model(path: str, name: str, known: Iterable[str]) -> Problem:
    """A problem with a name that no ModelProfile has; it says which may have been meant."""
    close = get_close_matches(name, known, n=1)
    meant = f"; did you mean {close[0]}?" if close else ""
    remedy = "correct the name, or apply the profile first; until then what runs stays as it is"
    return Problem(path, f"no ModelProfile in force is called {name}{meant}", remedy)
