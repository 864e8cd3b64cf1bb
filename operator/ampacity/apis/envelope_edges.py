"""Connections: how consumers name what supplies and what cools them."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from ampacity.apis.base import Shorthand
from ampacity.apis.envelope_rating import Breaker
from ampacity.apis.quantities import SHARE, Power, Share
from ampacity.apis.rules import Rule
from ampacity.apis.text import Names

_SHARE_TEXT = (
    "The most that this supplier carries of the consumer in normal operation. Shares need not sum to 100 %"
    " but must reach it; state them on all suppliers of a consumer or on none. 0% is a standby that takes"
    " over when the others fail. Default: equal shares with an imbalance of 10 % (two cords: 55 % each)."
    " Example: 60%."
)


def _stated(edges: list[Any]) -> list[str]:
    return [edge.share for edge in edges if edge.share is not None]


EDGE_LIST_RULES = (
    Rule(
        cel="!self.exists(e, has(e.share)) || self.all(e, has(e.share))",
        holds=lambda edges: len(_stated(edges)) in (0, len(edges)),
        message="some suppliers state a share and some do not",
        remedy="state share on all of them or on none",
    ),
    Rule(
        cel=f"size(self) == 0 || !self.all(e, has(e.share) && type(e.share) == string"
        f" && e.share.matches(r'{SHARE.expression}'))"
        " || self.map(e, double(e.share.replace('%', '').trim())).sum() > 99.99999",
        holds=lambda edges: (
            not _stated(edges)
            or len(_stated(edges)) < len(edges)
            or sum(Fraction(share.rstrip("% ")) for share in _stated(edges)) >= 100
        ),
        message="the shares sum to less than 100 %, so part of the load would have no supplier",
        remedy="raise them; shares are upper bounds and may sum to more",
    ),
)


def _demand_list_rules(edges: list[Any]) -> list[Any]:
    for rule in EDGE_LIST_RULES:
        rule.demand(edges)
    return edges


class PowerEdge(Shorthand):
    """A supplier of power: its name, or an object with more. Example: ups-a, or {name: ups-a, share: 60%}."""

    name: Names = Field(description="Name of a domain of this site. Example: ups-{f}.")
    share: Share | None = Field(default=None, description=_SHARE_TEXT)
    breaker: Breaker | None = Field(
        default=None,
        description="The connection's own limit: usable watts, or the breaker's volts and amperes, of which"
        " 80 % count unless `continuous` is true. Default: no limit. Example: 50kW, or {voltage: 400V,"
        " current: 32A, phases: 3}.",
    )


class CoolingEdge(Shorthand):
    """A cooling unit: its name, or an object with more. Example: cdu-1, or {name: cdu-1, share: 60%}."""

    name: Names = Field(description="Name of a cooling unit of this site. Example: cdu-{b}-{r}.")
    share: Share | None = Field(default=None, description=_SHARE_TEXT)


_ATOMIC_LIST = Field(max_length=16, json_schema_extra={"x-kubernetes-list-type": "atomic"})
PowerEdges = Annotated[list[PowerEdge], AfterValidator(_demand_list_rules), _ATOMIC_LIST]
CoolingEdges = Annotated[list[CoolingEdge], AfterValidator(_demand_list_rules), _ATOMIC_LIST]


class Liquid(Shorthand):
    """The coolant loops of a rack: one name, or several units."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.name) != has(self.suppliers)",
            holds=lambda liquid: (liquid.name is None) != (liquid.suppliers is None),
            message="a rack hangs on one loop or on several",
            remedy="write liquid: cdu-1, or liquid: {suppliers: [cdu-1, cdu-2]}",
        ),
    )

    name: Names | None = Field(default=None, description="Name of a liquid cooling unit. Example: cdu-1.")
    suppliers: CoolingEdges | None = Field(
        default=None, description="Several liquid cooling units. Example: [cdu-1, cdu-2]."
    )


class Air(Liquid):
    """The room air of a rack: one name, or several units, and the rack's own limit."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.name) != has(self.suppliers)",
            holds=lambda air: (air.name is None) != (air.suppliers is None),
            message="a rack is cooled by one air unit or by several",
            remedy="write air: room, or air: {suppliers: [crah-1, crah-2]}",
        ),
    )

    name: Names | None = Field(default=None, description="Name of an air cooling unit. Example: room.")
    suppliers: CoolingEdges | None = Field(
        default=None, description="Several air cooling units. Example: [crah-1, crah-2]."
    )
    limit: Power | None = Field(
        default=None,
        description="The most heat that this rack may put into air, whatever the units could take."
        " Default: no limit of its own. Example: 17kW.",
    )
