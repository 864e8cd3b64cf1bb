"""The admission policy that refuses to delete our CRDs until somebody says that it is meant.

Deleting a CRD deletes every object of its kind. For pools that cascades: their
Deployments and running pods end within seconds, and a tidy-up or a pruning
GitOps tool is all it takes. The policy stays when the chart goes, as the CRDs
do, for that is when they get tidied up. It fails closed, and sees only CRDs of
our group. A policy cannot protect itself: who deletes it first has said enough.
"""

from __future__ import annotations

import json
from typing import Any

from ampacity.apis import AcceleratorProfile, GPUInferencePool, ModelProfile, SitePowerEnvelope
from ampacity.names import ALLOW_DELETION, GROUP
from hack.generation.admission import policy_and_binding

Json = dict[str, Any]
NAME = f"crd-deletion.{GROUP}"
_AFTERMATH = {
    GPUInferencePool.__name__: "and with them their Deployments and all their running pods",
    SitePowerEnvelope.__name__: "and with them what each site can carry: no GPU pod gets power any more",
    AcceleratorProfile.__name__: "and with them what the nodes draw: no GPU pod gets power any more",
    ModelProfile.__name__: "and with them what a replica of each model does on each accelerator",
}


def guard() -> list[Json]:
    """The ValidatingAdmissionPolicy and its binding."""
    annotations = "oldObject.metadata.annotations"
    allowed = f"has({annotations}) && {annotations}[?'{ALLOW_DELETION}'].orValue('') == 'true'"
    rule = {
        "apiGroups": ["apiextensions.k8s.io"],
        "apiVersions": ["*"],
        "operations": ["DELETE"],
        "resources": ["customresourcedefinitions"],
    }
    spec = {
        "failurePolicy": "Fail",
        "matchConditions": [{"name": "ours", "expression": f"oldObject.spec.group == '{GROUP}'"}],
        "validations": [{"expression": allowed, "messageExpression": _sentence(), "reason": "Forbidden"}],
    }
    return policy_and_binding(NAME, rule, spec)


def _sentence() -> str:
    """CEL: what would be lost, and the two ways out."""
    kind, name = "oldObject.spec.names.kind", "oldObject.metadata.name"
    aftermath = f"{json.dumps(_AFTERMATH)}[?{kind}].orValue('and whatever depends on them')"
    way_out = (
        "'. To remove Ampacity and keep what runs: ampacity uninstall --crds. "
        f"If you mean it all the same: kubectl annotate crd ' + {name} + ' {ALLOW_DELETION}=true'"
    )
    return f"'this would delete every ' + {kind} + ', ' + {aftermath} + {way_out}"
