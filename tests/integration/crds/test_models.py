"""ModelProfiles at the API server: the catalogue is taken, what Python refuses is refused alike."""

from typing import Any

import pytest

from ampacity.catalogue import models
from hack.api import ApiError
from hack.cluster import Cluster
from hack.generate import ROOT
from tests.builders.resources import fit, model
from tests.integration.crds.conftest import KINDS
from tests.unit.apis.test_model_profile import REFUSED

MODELS = f"{KINDS}/modelprofiles"
REHEARSED = {"dryRun": "All"}


@pytest.mark.parametrize(("obj", "path", "said"), REFUSED)
def test_both_judges_refuse_the_same(api_server: Cluster, obj: dict[str, Any], path: str, said: str) -> None:
    with pytest.raises(ApiError) as refused:
        api_server.api.request("POST", MODELS, obj, REHEARSED)
    assert path in str(refused.value) and said in str(refused.value)


def test_doubled_entries_are_refused(api_server: Cluster) -> None:
    with pytest.raises(ApiError, match="Duplicate value"):
        api_server.api.request("POST", MODELS, model(fits=[fit(), fit()]), REHEARSED)


def test_the_catalogue(api_server: Cluster) -> None:
    api_server.kubectl("apply", "--server-side", "-f", str(ROOT / "charts/ampacity/files/models.yaml"))
    stored = api_server.api.items(MODELS)
    assert [item["metadata"]["name"] for item in stored] == [obj["metadata"]["name"] for obj in models()]
    assert [item["spec"] for item in stored] == [obj["spec"] for obj in models()]
