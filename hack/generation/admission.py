"""A ValidatingAdmissionPolicy with its binding, as both kinds of ours are written.

What the API server would fill in is written out: otherwise the tool that takes
the objects over (Helm from kubectl, GitOps from Helm) meets a conflict over
fields on which everybody agrees.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
_KIND = "ValidatingAdmissionPolicy"


def policy_and_binding(name: str, rule: Json, spec: Json) -> list[Json]:
    """The policy for what `rule` matches, and a binding by which it denies."""
    constraints = {
        "resourceRules": [rule | {"scope": "*"}],
        "matchPolicy": "Equivalent",
        "namespaceSelector": {},
        "objectSelector": {},
    }
    binding = {"policyName": name, "validationActions": ["Deny"]}
    judged = {"failurePolicy": spec["failurePolicy"], "matchConstraints": constraints} | spec
    return [_object(_KIND, name, judged), _object(f"{_KIND}Binding", name, binding)]


def _object(kind: str, name: str, spec: Json) -> Json:
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }
