"""The pod template of a pool, and the Deployment made of it."""

from __future__ import annotations

from typing import Any

import pytest

from ampacity.controllers.pools.blueprint import TEMPLATE_HASH, blueprint, digest_of
from ampacity.translate.pools.template import MAX_NAME, deployment_key, deployment_name, render_template
from tests.unit.controllers.pools.builders import pool, profile

PROFILES = (profile(), profile("gaudi3", "habana.ai/gaudi", "gaudi"))


def rendered(*, fast_lane: bool = True, **spec: Any) -> dict[str, Any]:
    result = render_template(pool(**spec), PROFILES, fast_lane=fast_lane)
    assert result.template is not None, result.problems
    return result.template


def problem(**spec: Any) -> str:
    result = render_template(pool(**spec), PROFILES)
    assert result.template is None
    return str(result.problems[0])


def containers(*limits: dict[str, str]) -> dict[str, Any]:
    found = [{"name": f"c{i}", "resources": {"limits": limit}} for i, limit in enumerate(limits)]
    return {"spec": {"containers": found}}


GATE = {"name": "ampacity.io/power"}
DATA = [{"name": "data", "persistentVolumeClaim": {"claimName": "c"}}]


def lane(*, fast_lane: bool = True, **spec: Any) -> tuple[str | None, list[dict[str, str]] | None]:
    """Scheduler and gates of the pods of a pool whose template says `spec`."""
    template = {"spec": {"containers": [{"name": "s"}], **spec}}
    found = rendered(fast_lane=fast_lane, template=template)["spec"]
    return found.get("schedulerName"), found.get("schedulingGates")


def test_pods_that_need_nothing_but_a_node_are_for_us_to_bind() -> None:
    assert lane() == lane(schedulerName="ampacity") == ("ampacity", None)


def test_pods_that_need_more_get_the_gate() -> None:
    assert lane(volumes=DATA) == lane(volumes=DATA, schedulerName="ampacity") == (None, [GATE])


def test_the_owners_scheduler_is_kept() -> None:
    assert lane(schedulerName="default-scheduler") == ("default-scheduler", [GATE])


def test_the_owners_gates_are_kept_and_ours_is_added_once() -> None:
    other = {"name": "example.com/quota"}
    assert lane(schedulingGates=[other]) == lane(schedulingGates=[GATE, other]) == (None, [other, GATE])
    assert lane(schedulingGates=[GATE]) == (None, [GATE])


def test_the_fast_lane_can_be_shut() -> None:
    assert lane(fast_lane=False) == lane(fast_lane=False, schedulerName="ampacity") == (None, [GATE])
    assert digest_of(rendered(fast_lane=False)) != digest_of(rendered())


def test_labels_and_annotations_carry_what_planning_needs() -> None:
    template = rendered(accelerators=["h200", "hgx-h200"], placement={"mustSurvive": ["UPS"]})
    assert template["metadata"]["labels"] == {"ampacity.io/pool": "chat"}
    assert template["metadata"]["annotations"] == {
        "ampacity.io/accelerators": "h200,hgx-h200",
        "ampacity.io/must-survive": "UPS",
        "ampacity.io/since": "1795420800",
    }


def test_gpus_go_to_the_first_container_unless_some_ask() -> None:
    first = rendered(gpusPerReplica=4)["spec"]["containers"][0]
    assert first["resources"]["limits"] == {"nvidia.com/gpu": "4"}
    asked = rendered(template=containers({}, {"nvidia.com/gpu": "2"}))["spec"]["containers"]
    assert "nvidia.com/gpu" not in asked[0]["resources"]["limits"]
    slices = rendered(template=containers({"nvidia.com/mig-1g.5gb": "1"}))["spec"]["containers"]
    assert slices[0]["resources"]["limits"] == {"nvidia.com/mig-1g.5gb": "1"}


def test_the_resource_is_that_of_the_accelerators() -> None:
    first = rendered(accelerators=["gaudi3"])["spec"]["containers"][0]
    assert first["resources"]["limits"] == {"habana.ai/gaudi": "1"}


def test_containers_that_ask_for_gpus_settle_the_resource() -> None:
    asking = rendered(accelerators=["h200", "gaudi3"], template=containers({"habana.ai/gaudi": "2"}))
    assert asking["spec"]["containers"][0]["resources"]["limits"] == {"habana.ai/gaudi": "2"}


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ({"accelerators": ["h200", "gaudi3"]}, "spec.accelerators: they are counted under different"),
        ({"gpuResource": "nvidia.com/mig-*"}, "spec.gpuResource: is a pattern"),
        (
            {"accelerators": ["gaudi3"], "gpuResource": "nvidia.com/gpu"},
            "spec.gpuResource: gaudi3 is counted under habana.ai/gaudi, habana.ai/mig-*, not nvidia.com/gpu; "
            "write gpuResource: habana.ai/gaudi",
        ),
        (
            {"gpusPerReplica": 4, "template": containers({"nvidia.com/gpu": "2"})},
            "spec.gpusPerReplica: says 4, and the template's containers ask for 2",
        ),
    ],
)
def test_contradictions_are_refused(spec: dict[str, Any], sentence: str) -> None:
    assert problem(**spec).startswith(sentence)


def test_the_template_knows_no_site_and_no_replicas() -> None:
    assert rendered(replicas=2) == rendered(replicas=500)


def test_long_deployment_names_stay_labels_and_differ() -> None:
    long = [deployment_name("p" * 60, site) for site in ("milan", "paris")]
    assert len(set(long)) == 2 and all(len(name) <= MAX_NAME for name in long)
    assert deployment_name("chat", "milan") == "chat-milan"
    assert deployment_key("ai", "chat", "milan") == "Deployment/ai/chat-milan"


def test_no_two_pools_share_a_deployment_name_whatever_hyphens_they_have() -> None:
    named = {deployment_name(pool, site) for pool, site in (("a", "b-c"), ("a-b", "c"), ("a-b-c", "d"))}
    assert len(named) == 3
    assert deployment_name("a-b", "c") == "a-b-c"
    assert deployment_name("a", "b-c").startswith("a-b-c-")


def test_the_deployment_is_the_pools_and_never_surges() -> None:
    template = rendered()
    body = blueprint(pool(), template, digest_of(template), "milan", 3)
    assert body["spec"]["strategy"]["rollingUpdate"]["maxSurge"] == 0
    assert body["spec"]["replicas"] == 3
    assert body["metadata"]["ownerReferences"][0]["uid"] == "uid-chat"
    labels = {"ampacity.io/pool": "chat", "ampacity.io/site": "milan"}
    assert body["spec"]["selector"]["matchLabels"] == labels
    assert body["spec"]["template"]["metadata"]["labels"].items() >= labels.items()
    assert body["metadata"]["annotations"] == {TEMPLATE_HASH: digest_of(template)}


def test_the_digest_tells_templates_apart() -> None:
    assert digest_of(rendered()) == digest_of(rendered(replicas=9))
    assert digest_of(rendered()) != digest_of(rendered(gpusPerReplica=2))
