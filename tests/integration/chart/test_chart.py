"""The chart by itself: what it renders, and whether a real API server takes it."""

from dataclasses import fields
from typing import Any

import pytest
import yaml

from ampacity import names
from ampacity.controllers.settings import PREFIX, Settings
from hack import chart
from hack.cluster import CommandFailed, LocalCluster


def _render(cluster: LocalCluster, namespace: str, *settings: str) -> str:
    values = [word for setting in settings for word in ("--set", setting)]
    return cluster.helm("template", chart.RELEASE, str(chart.CHART), "--namespace", namespace, *values)


def _objects(text: str, kind: str) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(text) if one and one["kind"] == kind]


@pytest.mark.parametrize("settings", [(), ("replicas=2", "crds.install=false", "catalogue.install=false")])
def test_the_api_server_accepts_every_object(
    cluster: LocalCluster, namespace: str, settings: tuple[str, ...]
) -> None:
    text = _render(cluster, namespace, *settings)
    said = cluster.kubectl("apply", "--dry-run=server", "--filename", "-", input=text).splitlines()
    assert len(said) == len([one for one in yaml.safe_load_all(text) if one])


def test_the_pod_meets_the_restricted_standard(cluster: LocalCluster, namespace: str) -> None:
    cluster.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
    text = _render(cluster, namespace)
    cluster.kubectl("apply", "--filename", "-", input=yaml.safe_dump_all(_objects(text, "ServiceAccount")))
    template = _objects(text, "Deployment")[0]["spec"]["template"]
    pod = {"apiVersion": "v1", "kind": "Pod", **template}
    pod["metadata"] = {**template["metadata"], "name": "operator", "namespace": namespace}
    assert "created" in cluster.kubectl(
        "create", "--dry-run=server", "--filename", "-", input=yaml.safe_dump(pod)
    )


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ("replica=2", "replica"),
        ("settings.logLevel=loud", "logLevel"),
        ("settings.prometheusUrl=prometheus:9090", "prometheusUrl"),
        ("image.digest=sha256:1234", "digest"),
        ("replicas=-1", "replicas"),
    ],
)
def test_the_schema_refuses(cluster: LocalCluster, namespace: str, setting: str, complaint: str) -> None:
    with pytest.raises(CommandFailed, match=complaint):
        _render(cluster, namespace, setting)


def test_a_token_for_prometheus_can_be_mounted(cluster: LocalCluster, namespace: str) -> None:
    text = _render(
        cluster, namespace,
        "settings.prometheusUrl=https://prometheus.monitoring:9091",
        "settings.prometheusTokenFile=/etc/prometheus/token",
        "extraVolumes[0].name=prometheus", "extraVolumes[0].secret.secretName=prometheus-token",
        "extraVolumeMounts[0].name=prometheus", "extraVolumeMounts[0].mountPath=/etc/prometheus",
    )  # fmt: skip
    spec = _objects(text, "Deployment")[0]["spec"]["template"]["spec"]
    container = spec["containers"][0]

    assert {"name": "prometheus", "secret": {"secretName": "prometheus-token"}} in spec["volumes"]
    assert {"name": "prometheus", "mountPath": "/etc/prometheus"} in container["volumeMounts"]
    assert {"name": "AMPACITY_PROMETHEUS_TOKEN_FILE", "value": "/etc/prometheus/token"} in container["env"]
    cluster.kubectl("apply", "--dry-run=server", "--filename", "-", input=text)


def test_every_variable_is_a_setting_of_the_operator(cluster: LocalCluster, namespace: str) -> None:
    deployment = _objects(_render(cluster, namespace), "Deployment")[0]
    given = {item["name"] for item in deployment["spec"]["template"]["spec"]["containers"][0]["env"]}
    assert given <= {PREFIX + item.name.upper() for item in fields(Settings)}


@pytest.mark.parametrize(("replicas", "budgets"), [(0, 0), (1, 0), (2, 1)])
def test_several_replicas_stand_apart_and_leave_one_at_a_time(
    cluster: LocalCluster, namespace: str, replicas: int, budgets: int
) -> None:
    text = _render(cluster, namespace, f"replicas={replicas}")
    found = _objects(text, "PodDisruptionBudget")
    assert [budget["spec"]["maxUnavailable"] for budget in found] == [1] * budgets
    template = _objects(text, "Deployment")[0]["spec"]["template"]
    for budget in found:
        assert budget["spec"]["selector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
    spread = template["spec"].get("topologySpreadConstraints", [])
    assert {one["whenUnsatisfiable"] for one in spread} <= {"ScheduleAnyway"}
    assert len(spread) == 2 * budgets


def test_two_replicas_are_the_default_and_a_users_spread_wins(cluster: LocalCluster, namespace: str) -> None:
    deployment = _objects(_render(cluster, namespace), "Deployment")[0]["spec"]
    assert deployment["replicas"] == 2
    own = "topologySpreadConstraints[0].topologyKey=rack"
    spec = _objects(_render(cluster, namespace, own), "Deployment")[0]["spec"]["template"]["spec"]
    assert spec["topologySpreadConstraints"] == [{"topologyKey": "rack"}]


def test_the_role_names_the_objects_that_the_operator_uses(cluster: LocalCluster, namespace: str) -> None:
    rules = _objects(_render(cluster, namespace), "Role")[0]["rules"]
    assert {name for rule in rules for name in rule.get("resourceNames", ())} == {names.HOLDS, names.LEASE}


def test_crds_are_kept_on_uninstall(cluster: LocalCluster, namespace: str) -> None:
    crds = _objects(_render(cluster, namespace), "CustomResourceDefinition")
    assert {crd["metadata"]["annotations"]["helm.sh/resource-policy"] for crd in crds} == {"keep"}
    assert len(crds) == 4
