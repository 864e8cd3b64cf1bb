"""Our CRDs are not deleted by mistake; anybody else's are nobody's business."""

from __future__ import annotations

from typing import Any

import pytest

from ampacity.names import ALLOW_DELETION
from hack.api import ApiError
from hack.cluster import Cluster
from tests.integration.crds.conftest import CRDS

KINDS = ("acceleratorprofiles", "gpuinferencepools", "modelprofiles", "sitepowerenvelopes")
FOREIGN = "things.example.com"
_REHEARSED = {"dryRun": ["All"]}


@pytest.mark.parametrize("plural", KINDS)
def test_deleting_a_crd_is_refused_and_the_way_out_is_said(api_server: Cluster, plural: str) -> None:
    name = f"{plural}.ampacity.io"
    with pytest.raises(ApiError, match="this would delete every") as refused:
        api_server.api.delete(f"{CRDS}/{name}", _REHEARSED)
    assert "ampacity uninstall --crds" in str(refused.value)
    assert f"kubectl annotate crd {name} {ALLOW_DELETION}=true" in str(refused.value)


def test_so_is_deleting_all_of_them(api_server: Cluster) -> None:
    with pytest.raises(ApiError, match="this would delete every"):
        api_server.api.delete(CRDS, _REHEARSED)


def test_what_pools_would_take_along_is_said(api_server: Cluster) -> None:
    with pytest.raises(ApiError, match="with them their Deployments and all their running pods"):
        api_server.api.delete(f"{CRDS}/gpuinferencepools.ampacity.io", _REHEARSED)


@pytest.mark.parametrize(("value", "allowed"), [("true", True), ("yes", False), ("", False)])
def test_an_annotation_allows_it(api_server: Cluster, value: str, allowed: bool) -> None:
    path = f"{CRDS}/acceleratorprofiles.ampacity.io"
    api_server.api.patch(path, _annotated(value))
    try:
        api_server.api.delete(path, _REHEARSED)
    except ApiError as error:
        assert not allowed, error
    else:
        assert allowed
    finally:
        api_server.api.patch(path, _annotated(None))


def test_other_peoples_crds_are_not_guarded(api_server: Cluster) -> None:
    group, schema = FOREIGN.partition(".")[2], {"openAPIV3Schema": {"type": "object"}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema}
    names = {"plural": "things", "kind": "Thing"}
    spec = {"group": group, "scope": "Cluster", "names": names, "versions": [version]}
    metadata = {"name": FOREIGN}
    api_server.api.post(CRDS, {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                               "metadata": metadata, "spec": spec})  # fmt: skip
    api_server.api.delete(f"{CRDS}/{FOREIGN}")


def _annotated(value: str | None) -> dict[str, Any]:
    return {"metadata": {"annotations": {ALLOW_DELETION: value}}}
