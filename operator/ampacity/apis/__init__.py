"""The resources users write, as pydantic models: one kind a file.

The CRDs in `crds/` are generated from these models (`make generate`).
"""

from ampacity.apis.accelerator_profile import AcceleratorProfile
from ampacity.apis.conditions import Condition
from ampacity.apis.gpu_inference_pool import GPUInferencePool
from ampacity.apis.model_profile import ModelProfile
from ampacity.apis.problems import read
from ampacity.apis.site_power_envelope import SitePowerEnvelope

__all__ = [
    "AcceleratorProfile",
    "Condition",
    "GPUInferencePool",
    "ModelProfile",
    "SitePowerEnvelope",
    "read",
]
