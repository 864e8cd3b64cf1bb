"""A pydantic model as a structural schema, as the API server wants it.

Structural schemas have no references, no unions and no titles. References are
written out, `X | None` becomes X, and a field that may be text or object loses
its type: the server then keeps what it is given, and the admission policy
(`policy.py`) judges it by the same rules, because a CRD's own CEL cannot see
such a field.
Defaults stay where they are shown once; inside lists they would make every
GitOps tool that compares lists element by element report a difference.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ampacity.apis.base import SHORTHAND, Kind

Json = dict[str, Any]
_DROPPED = ("title", "additionalProperties", "$defs")


def structural(model: type[Kind]) -> Json:
    """The structural schema of a whole kind."""
    kind = described(model)
    spec, status = (_without_unions(kind["properties"][name]) for name in ("spec", "status"))
    status["default"] = {"observedGeneration": -1}
    text = {"type": "string"}
    identity = {"apiVersion": text, "kind": text, "metadata": {"type": "object"}}
    root = {
        "type": "object",
        "description": kind["description"],
        "required": ["spec"],
        "properties": identity | {"spec": spec, "status": status},
    }
    # A rule's path cannot lead into metadata, which no schema may describe; the sentence says it.
    rules = [{"rule": rule.cel, "message": rule.sentence} for rule in model.RULES]
    return root | ({"x-kubernetes-validations": rules} if rules else {})


def described(model: type[BaseModel]) -> Json:
    """The schema with references written out; fields that may be text or object still marked SHORTHAND."""
    schema = model.model_json_schema(by_alias=True)
    return _convert(schema, schema.get("$defs", {}), defaults=True)


def _convert(schema: Json, defs: Json, *, defaults: bool) -> Json:
    schema = _resolved(schema, defs)
    out = {key: value for key, value in schema.items() if key not in _DROPPED}
    out.update(_children(schema, defs, defaults=defaults))
    if "const" in out:
        out["enum"] = [out.pop("const")]
    if "exclusiveMinimum" in out:
        out |= {"minimum": out["exclusiveMinimum"], "exclusiveMinimum": True}
    if not defaults or out.get("default", ...) is None:
        out.pop("default", None)
    if "x-kubernetes-int-or-string" in out:
        out.pop("type", None)
        out.pop("enum", None)
    if schema.get("additionalProperties") is True and "properties" in schema:
        out["x-kubernetes-preserve-unknown-fields"] = True
    return out


def _resolved(schema: Json, defs: Json) -> Json:
    """The schema without references and without the null of an optional field."""
    if "$ref" in schema:
        target = defs[schema["$ref"].rpartition("/")[2]]
        return _resolved(target | {key: value for key, value in schema.items() if key != "$ref"}, defs)
    options = [option for option in schema.get("anyOf", []) if option != {"type": "null"}]
    if len(options) == 1 and len(schema["anyOf"]) == 2:
        rest = {key: value for key, value in schema.items() if key != "anyOf"}
        return _resolved(options[0], defs) | rest
    return schema


def _children(schema: Json, defs: Json, *, defaults: bool) -> Json:
    found: Json = {}
    if "properties" in schema:
        found["properties"] = {
            name: _convert(child, defs, defaults=defaults) for name, child in schema["properties"].items()
        }
    if "items" in schema:
        found["items"] = _convert(schema["items"], defs, defaults=False)
    if isinstance(schema.get("additionalProperties"), dict):
        found["additionalProperties"] = _convert(schema["additionalProperties"], defs, defaults=False)
    return found


def _without_unions(schema: Any, *, inside: bool = False) -> Any:
    """The same with SHORTHAND fields untyped, and without CEL or default in and below them."""
    if isinstance(schema, list):
        return [_without_unions(item, inside=inside) for item in schema]
    if not isinstance(schema, dict):
        return schema
    marked = SHORTHAND in schema
    hidden = ("x-kubernetes-validations", "default") if inside or marked else ()
    kept = ("description", "properties") if marked else [key for key in schema if key not in hidden]
    out = {key: _without_unions(schema[key], inside=inside or marked) for key in kept if key in schema}
    return out | ({"x-kubernetes-preserve-unknown-fields": True} if marked else {})
