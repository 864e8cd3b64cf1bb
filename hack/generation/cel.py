"""CEL text for the admission policy: places of an envelope, and what is asked of each.

A place is a map {at, text, value, written}: its path, whether the user wrote it
as a text, its value in object form, and as written. A list place is {at, value}. CEL wants the
values of a map literal to be of one type, hence the many `dyn`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ampacity.apis.base import SHORTHAND

Json = dict[str, Any]


def lists(kind: str, name: str) -> str:
    """All lists `name` of the objects in spec.`kind`."""
    place = f'{{"at": dyn("spec.{kind}[" + string(i) + "].{name}"), "value": dyn(o.{name})}}'
    return _over(kind, f"transformList(i, o, has(o.{name}), {place})")


def fields(name: str, schema: Json) -> str:
    """The field `name` of each rack that has it."""
    place = _place(f'"spec.racks[" + string(i) + "].{name}"', f"o.{name}", schema)
    return _over("racks", f"transformList(i, o, has(o.{name}), {place})")


def items(variable: str, schema: Json) -> str:
    """The items of every list in `variable`."""
    place = _place('l.at + "[" + string(j) + "]"', "e", schema)
    return f"variables.{variable}.map(l, l.value.transformList(j, e, {place})).flatten()"


def inner(variable: str, name: str, schema: Json) -> str:
    """The field `name` of each place in `variable` that has it."""
    place = _place(f'x.at + ".{name}"', f"x.value.{name}", schema)
    return f"variables.{variable}.filter(x, has(x.value.{name})).map(x, {place})"


def suppliers(variable: str) -> str:
    """The supplier lists of the places in `variable`."""
    place = '{"at": dyn(x.at + ".suppliers"), "value": dyn(x.value.suppliers)}'
    return f"variables.{variable}.filter(x, has(x.value.suppliers)).map(x, {place})"


def node_items() -> str:
    """Each entry of each rack's `nodes`, which may be a text, an object, or a list of these."""
    whole = _node('"spec.racks[" + string(i) + "].nodes"', "o.nodes")
    entry = _node('"spec.racks[" + string(i) + "].nodes[" + string(j) + "]"', "n")
    chosen = f"type(o.nodes) == list ? o.nodes.transformList(j, n, {entry}) : [{whole}]"
    return _over("racks", f"transformList(i, o, has(o.nodes) && o.nodes != null, {chosen}).flatten()")


def _node(path: str, value: str) -> str:
    return (
        f'{{"at": dyn({path}), "text": dyn(type({value}) != map),'
        f' "value": type({value}) == map ? dyn({value}) : dyn({{}}), "written": {value}}}'
    )


def node_texts(rule: Json) -> str:
    """Problems of the entries of `nodes` that are written as text."""
    return (
        f"variables.nodeItems.filter(x, x.text && ![x.written].all(self, {rule['rule']}))"
        f'.map(x, x.at + ": " + {_message(rule, "x.written")})'
    )


def unfed_racks() -> str:
    """Racks without a supplier of power."""
    sentence = (
        '"spec.racks[" + string(i) + "].power: the rack is fed by nothing; name the domains that feed it"'
    )
    return _over("racks", f"transformList(i, o, o.power.size() == 0, {sentence})")


def checks(variable: str, schema: Json) -> Iterator[str]:
    """Every question that the schema puts to the places in `variable`; each a list of sentences."""
    formless = "x.written == null || type(x.written) == list"
    yield _found(
        variable, formless, 'x.at + ": must be a text or an object; write its fields below it, indented"'
    )
    known = ", ".join(f"'{name}'" for name in schema["properties"])
    names = ", ".join(schema["properties"])
    stray = f"x.value.filter(k, !(k in [{known}]))"
    sentence = f"""x.at + ": there is no field '" + {stray}.join("', '") + "' here; it may have {names}\""""
    yield _found(variable, f"{stray}.size() > 0", sentence)
    for name in schema.get("required", []):
        yield _found(variable, f"!has(x.value.{name})", f'x.at + ": {name} is missing; add it"')
    for name, field in schema["properties"].items():
        if SHORTHAND not in field:
            yield from _field_checks(variable, name, field)
    for rule in schema.get("x-kubernetes-validations", []):
        where = f'x.at + "{rule.get("fieldPath", "")}: " + '
        yield _found(variable, f"![x.value].all(self, {rule['rule']})", where + _message(rule, "x.value"))


def list_check(variable: str, item: Json, rule: Json) -> str:
    """A rule over whole lists, asked of their items in object form."""
    edges = f"x.value.map(e, {_object_form('e', item)})"
    return _found(variable, f"![{edges}].all(self, {rule['rule']})", f'x.at + ": " + {_message(rule, edges)}')


def _field_checks(variable: str, name: str, field: Json) -> Iterator[str]:
    value = f"x.value.{name}"
    where = f'x.at + (x.text ? "" : ".{name}") + ": " + '
    plain = "type(self) != string || " if field.get("type") == "string" else ""
    rules = [rule | {"rule": plain + rule["rule"]} for rule in field.get("x-kubernetes-validations", [])]
    for rule in [*_type_rule(field), *rules]:
        broken = f"has({value}) && {value} != null && ![{value}].all(self, {rule['rule']})"
        yield _found(variable, broken, where + _message(rule, value))


def _type_rule(field: Json) -> Iterator[Json]:
    """The schema's own demands on a plain value, which nobody else checks where a field has no type."""
    if field.get("type") == "integer":
        least, most = field["minimum"], field["maximum"]
        inside = f"self >= {least} && self <= {most}"
        yield _demand(f"type(self) == int && {inside}", f"a whole number from {least} to {most}")
    elif field.get("type") == "boolean":
        yield _demand("type(self) == bool", "true or false, without quotes")
    elif field.get("type") == "string":
        yield _demand("type(self) == string", "a text")


def _demand(rule: str, kind: str) -> Json:
    return {"rule": rule, "messageExpression": f'"\'" + string(self) + "\' does not fit; write {kind}"'}


def _found(variable: str, broken: str, sentence: str) -> str:
    return f"variables.{variable}.filter(x, {broken}).map(x, {sentence})"


def _message(rule: Json, value: str) -> str:
    if "messageExpression" not in rule:
        return f'"{rule["message"]}"'
    # Lists and objects have no text of their own, and an error here would let the object pass.
    text = '(type(self) == list || type(self) == map || self == null ? "this" : string(self))'
    sentence = rule["messageExpression"].replace("string(self)", "self").replace(" self ", f" {text} ")
    return f"[{value}].map(self, {sentence})[0]"


def _place(path: str, value: str, schema: Json) -> str:
    form = _object_form(value, schema)
    return f'{{"at": dyn({path}), "text": dyn(type({value}) != map), "value": {form}, "written": {value}}}'


def _object_form(value: str, schema: Json) -> str:
    short = f'dyn({{"{schema[SHORTHAND]}": {value}}})'
    formless = f"(type({value}) == list || {value} == null)"
    return f"(type({value}) == map ? dyn({value}) : {formless} ? dyn({{}}) : {short})"


def _over(kind: str, call: str) -> str:
    return f"(has(object.spec.{kind}) ? object.spec.{kind}.{call} : [])"
