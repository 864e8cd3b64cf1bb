"""The admission policy that judges the fields of an envelope which may be text or object.

CEL rules inside a CRD cannot see a field without a type, so these fields would
be taken unread until the operator looks. An admission policy sees everything.
Its rules are read off the same models: each place is brought into its object
form (`ups-a` becomes `{name: ups-a}`), and then every rule of the model and of
its fields is asked, as the CRD would. It fails open: what it cannot judge (an
object beyond CEL's cost limit) the operator refuses in a condition instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ampacity.apis import SitePowerEnvelope
from ampacity.apis.envelope_edges import EDGE_LIST_RULES
from ampacity.apis.quantities import NODES
from ampacity.names import GROUP, VERSION
from hack.generation import cel
from hack.generation.admission import policy_and_binding
from hack.generation.schema import described

Json = dict[str, Any]
NAME = f"sitepowerenvelopes.{GROUP}"
_SHOWN = 5  # a message may have 5 KiB
_SENTENCES = (
    f"variables.problems.size() <= {_SHOWN} ? variables.problems.join(' -- ')"
    f" : variables.problems.slice(0, {_SHOWN}).join(' -- ') + ' -- and more'"
)


def policy() -> list[Json]:
    """The ValidatingAdmissionPolicy and its binding."""
    rule = {"apiGroups": [GROUP], "apiVersions": [VERSION], "operations": ["CREATE", "UPDATE"]}
    spec = {
        "failurePolicy": "Ignore",
        "variables": [{"name": name, "expression": text} for name, text in _variables()],
        "validations": [
            {
                "expression": "variables.problems.size() == 0",
                "messageExpression": _SENTENCES,
                "reason": "Invalid",
            }
        ],
    }
    return policy_and_binding(NAME, rule | {"resources": ["sitepowerenvelopes"]}, spec)


def _variables() -> Iterator[tuple[str, str]]:
    """Places first, brought into object form; then `problems`, which asks every rule of every place."""
    rack = described(SitePowerEnvelope)["properties"]["spec"]["properties"]["racks"]["items"]["properties"]
    edge, air, liquid, base = rack["power"]["items"], rack["air"], rack["liquid"], rack["baseLoad"]
    breaker, cooler = edge["properties"]["breaker"], air["properties"]["suppliers"]["items"]
    owners = (("domains", "suppliers"), ("cooling", "power"), ("racks", "power"))
    yield "powerLists", "\n+ ".join(cel.lists(kind, name) for kind, name in owners)
    yield "powerEdges", cel.items("powerLists", edge)
    yield "breakers", cel.inner("powerEdges", "breaker", breaker)
    yield "airs", cel.fields("air", air)
    yield "liquids", cel.fields("liquid", liquid)
    yield "coolingLists", f"{cel.suppliers('airs')}\n+ {cel.suppliers('liquids')}"
    yield "coolingEdges", cel.items("coolingLists", cooler)
    yield "baseLoads", cel.fields("baseLoad", base)
    yield "nodeItems", cel.node_items()
    yield "nodes", "variables.nodeItems.filter(x, !x.text)"
    places = {"powerEdges": edge, "breakers": breaker, "airs": air, "liquids": liquid}
    places |= {"coolingEdges": cooler, "baseLoads": base, "nodes": rack["nodes"]["items"]}
    asked = [check for name, schema in places.items() for check in cel.checks(name, schema)]
    for name, item in (("powerLists", edge), ("coolingLists", cooler)):
        asked += [cel.list_check(name, item, rule.schema()) for rule in EDGE_LIST_RULES]
    asked += [cel.node_texts(NODES.schema()["x-kubernetes-validations"][0]), cel.unfed_racks()]
    yield "problems", "\n+ ".join(asked)
