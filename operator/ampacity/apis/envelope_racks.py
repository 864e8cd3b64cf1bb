"""Racks: what they hang on, what always draws in them, and which nodes they hold."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from ampacity.apis.base import SHORTHAND, ApiModel, Shorthand
from ampacity.apis.envelope_edges import Air, Liquid, PowerEdges
from ampacity.apis.quantities import NODES, Power, Units, split_nodes
from ampacity.apis.text import Names, NodeNames, ProfileName


class BaseLoad(Shorthand):
    """What draws without any pod: watts, or an object that says how much of it heats the air."""

    SHORT_FIELD: ClassVar[str] = "watts"

    watts: Power = Field(description="Electrical watts, always on. Example: 2kW.")
    air: Power | None = Field(
        default=None,
        description="The part of it that heats the air; the rest goes into the loop. Default: all of it in"
        " an air-cooled rack; in a rack with liquid it must be stated. Example: 2kW.",
    )


class Nodes(ApiModel):
    """Equal nodes that a rack holds, whether or not they have Node objects."""

    count: int = Field(default=1, ge=1, le=999, description="How many. Default: 1.")
    profile: ProfileName = Field(description="Name of their AcceleratorProfile. Example: hgx-h200-liquid.")
    off: bool = Field(
        default=False,
        description="True if they are switched off and draw nothing. A listed node without a Node object"
        " counts at its maximum otherwise. Default: false.",
    )


def _listed(value: Any) -> Any:
    """A list of `Nodes` from one string, one object, or a list of either."""
    items = value if isinstance(value, list) else [value]
    return [_parsed(item) if isinstance(item, str) else item for item in items]


def _parsed(text: str) -> dict[str, Any]:
    count, profile = split_nodes(NODES.check(text))
    return {"count": count, "profile": profile}


NodeList = Annotated[
    list[Nodes],
    BeforeValidator(_listed),
    Field(max_length=16, json_schema_extra={SHORTHAND: ""}),
]


class Rack(ApiModel):
    """One rack, or many equal ones in one line."""

    names: Names = Field(
        description="Name of the rack, or a pattern that names many: {variables} of `each` and [ranges]."
        " Node label `ampacity.io/rack` carries the expanded name. Example: h{b}{r}-[01-25]."
    )
    power: PowerEdges = Field(
        description="The domains that feed the rack, one entry a cord: a name or {name, share, breaker}."
        " Example: [{name: bw-{b}-{r}-a, breaker: 50kW}, {name: bw-{b}-{r}-b, breaker: 50kW}]."
    )
    liquid: Liquid | None = Field(
        default=None,
        description="The coolant loop, a name or {suppliers: [...]} for several. Without it the rack is"
        " air-cooled and takes no node that needs liquid. Example: cdu-{b}-{r}.",
    )
    air: Air | None = Field(
        default=None,
        description="The room air unit, a name or {name, limit}, where limit is the rack's own limit of heat"
        " into air. Example: {name: room, limit: 17kW}.",
    )
    limit: Power | None = Field(
        default=None,
        description="The rack's own limit of power, whatever its cords could carry. Default: none."
        " Example: 132kW.",
    )
    shelves: Units | None = Field(
        default=None,
        description="Power shelves of the rack, all together feeding its busbar. Default: none; then the"
        " nodes' own power supplies count. Example: 8x33kW.",
    )
    base_load: BaseLoad | None = Field(
        default=None,
        description="What always draws in the rack without any pod: switches, switch trays, power shelves."
        " Watts, or {watts, air}. Default: 0W. Example: {watts: 2kW, air: 500W}.",
    )
    nodes: NodeList | None = Field(
        default=None,
        description="The nodes the rack holds, by profile: a text such as `4x hgx-h200`, an object {count,"
        " profile, off}, or a list of these. A listed node counts at its maximum until its Node object"
        " exists. Default: only nodes with Node objects count.",
    )
    node_names: Annotated[list[NodeNames], Field(max_length=4)] | None = Field(
        default=None,
        description="Patterns of the names of nodes that stand in the rack, for nodes without rack labels;"
        " * and ? are wildcards and {rack} is the rack's name. Example: [gpu-{rack}-*].",
    )
