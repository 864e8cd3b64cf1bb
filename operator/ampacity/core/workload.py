"""Classes of work: what a pod's label says that it does."""

from __future__ import annotations

from enum import StrEnum


class Workload(StrEnum):
    """What a pod's label says of its work."""

    INFERENCE = "inference"
    TRAINING = "training"
    BATCH = "batch"
