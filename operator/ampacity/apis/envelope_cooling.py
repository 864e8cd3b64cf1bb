"""Cooling units: coolant loops (CDUs) and room air (CRAHs, CRACs)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from ampacity.apis.base import ApiModel
from ampacity.apis.envelope_domains import FAILURE_TEXT, SPARE, STATE_TEXT, State
from ampacity.apis.envelope_edges import PowerEdges
from ampacity.apis.quantities import Power, Units
from ampacity.apis.rules import Rule
from ampacity.apis.text import DomainType, Names


class CoolingUnit(ApiModel):
    """Something that takes heat away: so many watts and no more."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="has(self.capacity) != has(self.units)",
            holds=lambda unit: (unit.capacity is None) != (unit.units is None),
            message="a cooling unit has exactly one of capacity and units",
            remedy="state the heat it takes as capacity, or equal units as units: 3x25kW",
        ),
        SPARE,
    )

    name: Names = Field(
        description="Name of the cooling unit, unique among the site's domains and cooling units. {variables}"
        " of `each` and [ranges] make one line stand for many. Example: cdu-{b}-{r}."
    )
    medium: Literal["Liquid", "Air"] = Field(
        description="What carries the heat: Liquid (a coolant loop) or Air (room air)."
    )
    type: DomainType | None = Field(
        default=None,
        description="What it is, as `mustSurvive` of a pool names it. Default: CDU for liquid, CRAH for air.",
    )
    capacity: Power | None = Field(
        default=None, description="Heat that it takes away, in watts. Example: 800kW."
    )
    units: Units | None = Field(
        default=None, description="Equal units side by side, in watts of heat each. Example: 3x25kW."
    )
    spare: int | None = Field(
        default=None,
        ge=0,
        le=999,
        description="How many of the units may be out of service: only the others count. Default: 0.",
    )
    cooling_power: float | None = Field(
        default=None,
        ge=0,
        le=2,
        description="Electrical watts per watt of heat (fans, pumps, compressors), charged to `power`."
        " Default: 0. Example: 0.3.",
    )
    power: PowerEdges | None = Field(
        default=None,
        description="The domains that feed it; without live power it cools nothing. Default: none, that is"
        " a supply of its own that never fails. Example: [ups-a, ups-b].",
    )
    failure_domain: bool = Field(default=False, description=FAILURE_TEXT)
    state: State = Field(default="Healthy", description=STATE_TEXT)
