"""The generated CRDs: what structural schemas, GitOps tools and readers need of them."""

from collections.abc import Iterator
from typing import Any

import pytest

from hack.generation.crds import RESOURCES, definition
from hack.generation.policy import policy

CRDS = {resource.plural: definition(resource) for resource in RESOURCES}
every_crd = pytest.mark.parametrize("plural", CRDS)


def schema(plural: str) -> dict[str, Any]:
    (version,) = CRDS[plural]["spec"]["versions"]
    found: dict[str, Any] = version["schema"]["openAPIV3Schema"]
    return found


def walk(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema below `node` with its path."""
    yield path, node
    for name, child in node.get("properties", {}).items():
        yield from walk(child, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            yield from walk(node[key], f"{path}[]")


@every_crd
def test_nothing_that_a_structural_schema_may_not_have(plural: str) -> None:
    for path, node in walk(schema(plural)):
        assert not {"$ref", "title", "const", "oneOf", "anyOf", "x-ampacity-shorthand"} & node.keys(), path
        typed = "type" in node or node.get("x-kubernetes-int-or-string")
        assert typed or node.get("x-kubernetes-preserve-unknown-fields"), path


@every_crd
def test_every_field_is_documented(plural: str) -> None:
    for path, node in walk(schema(plural)):
        if path.startswith((".spec", ".status")) and not path.endswith("[]"):
            assert len(node.get("description", "")) > 12, path
            assert node["description"].rstrip().endswith((".", "?")), path


@every_crd
def test_optional_fields_say_what_happens_without_them(plural: str) -> None:
    for path, node in walk(schema(plural)["properties"]["spec"], "spec"):
        for name in node.get("properties", {}).keys() - set(node.get("required", [])):
            text = node["properties"][name].get("description", "")
            assert "Default:" in text or "Example:" in text, f"{path}.{name}"


@every_crd
def test_defaults_stay_out_of_lists(plural: str) -> None:
    assert not [path for path, node in walk(schema(plural)) if "[]" in path and "default" in node]


@every_crd
def test_lists_that_people_merge_have_keys(plural: str) -> None:
    nodes = dict(walk(schema(plural)))
    assert nodes[".status.conditions"]["x-kubernetes-list-map-keys"] == ["type"]
    for path, node in nodes.items():
        for key in node.get("x-kubernetes-list-map-keys", []):
            assert key in node["items"]["required"], path


@every_crd
def test_everything_that_grows_has_a_limit(plural: str) -> None:
    for path, node in walk(schema(plural)):
        assert node.get("type") != "array" or "maxItems" in node, path


@every_crd
def test_a_fresh_object_does_not_look_healthy(plural: str) -> None:
    assert schema(plural)["properties"]["status"]["default"] == {"observedGeneration": -1}


@every_crd
def test_every_rule_says_what_to_do(plural: str) -> None:
    for path, node in walk(schema(plural)):
        for rule in node.get("x-kubernetes-validations", []):
            assert "; " in rule.get("message", rule.get("messageExpression")), path


def test_fields_that_are_text_or_object() -> None:
    rack = schema("sitepowerenvelopes")["properties"]["spec"]["properties"]["racks"]["items"]["properties"]
    for name in ("liquid", "air", "baseLoad", "nodes"):
        assert "type" not in rack[name] and rack[name]["x-kubernetes-preserve-unknown-fields"], name
    edge = rack["power"]["items"]
    assert "type" not in edge and "type" not in edge["properties"]["breaker"]
    assert edge["properties"]["breaker"]["properties"]["voltage"]["description"]


def test_the_policy_asks_every_rule_of_these_fields() -> None:
    variables = {part["name"]: part["expression"] for part in policy()[0]["spec"]["variables"]}
    problems = variables["problems"]
    for sentence in (
        "is no share", "is no power", "is no voltage", "is no list of nodes", "write 400V, 415V or 480V",
        "name is missing", "it may have name, share, breaker", "state share on all of them or on none",
        "less than 100 %", "fed by nothing", "one loop or on several", "one air unit or by several",
    ):  # fmt: skip
        assert sentence in problems
