"""When an object is as it should be: what the API server adds is no difference, what people change is."""

from __future__ import annotations

from typing import Any

import pytest

from ampacity.controllers.serving.current import Existing, has, read_existing, sends_to
from ampacity.translate.serving.objects import SERVICE, Served

WANTED: dict[str, Any] = {
    "metadata": {
        "name": "chat",
        "namespace": "ai",
        "labels": {"ampacity.io/pool": "chat"},
        "annotations": {"ampacity.io/serving-digest": "d1"},
    },
    "spec": {"type": "ClusterIP", "ports": [{"port": 80}]},
}
ITEM = Served(SERVICE, "ai", "chat", ("u1", 1), WANTED)


def existing(**spec: Any) -> Existing:
    owners = [{"uid": "u0"}, {"uid": "u1", "controller": True}]
    metadata = {**WANTED["metadata"], "uid": "s1", "resourceVersion": "7", "ownerReferences": owners}
    found = read_existing({"metadata": metadata, "spec": {**WANTED["spec"], **spec}})
    assert found is not None
    return found


def test_it_belongs_to_what_controls_it() -> None:
    assert existing().owner == "u1"


def test_without_the_label_it_is_none_of_ours() -> None:
    assert read_existing({"metadata": {**WANTED["metadata"], "labels": {}}}) is None


def test_defaults_are_no_difference() -> None:
    ports = [{"port": 80, "protocol": "TCP", "targetPort": 80}]
    assert existing(ports=ports, clusterIP="10.0.0.1", sessionAffinity="None").is_as(ITEM)


@pytest.mark.parametrize(
    "spec",
    [
        {"type": "LoadBalancer"},
        {"ports": [{"port": 81}]},
        {"ports": [{"port": 80}, {"port": 81}]},
        {"ports": None},
    ],
)
def test_changes_are(spec: dict[str, Any]) -> None:
    assert not existing(**spec).is_as(ITEM)


def test_what_was_made_of_something_else_is_not_the_same() -> None:
    """It may have more than is wanted now, of ours."""
    other = {
        **WANTED,
        "metadata": {**WANTED["metadata"], "annotations": {"ampacity.io/serving-digest": "d2"}},
    }
    assert not existing().is_as(Served(SERVICE, "ai", "chat", ("u1", 1), other))


def test_lists_are_compared_in_order_and_in_full() -> None:
    assert has([{"a": 1, "b": 2}], [{"a": 1}])
    assert not has([{"a": 1}, {"a": 2}], [{"a": 1}])
    assert not has(None, [])


def test_a_route_sends_to_backends_with_weight() -> None:
    """A backend without weight has that of 1, as the Gateway API says."""
    refs = [{"name": "chat-milan", "weight": 3}, {"name": "chat-oslo", "weight": 0}, {"name": "chat-rome"}]
    assert sends_to({"rules": [{"backendRefs": refs}, {}]}) == {"chat-milan", "chat-rome"}
    assert sends_to({"rules": None}) == frozenset()
