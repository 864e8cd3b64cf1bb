"""The power path of a site: utility, generators, UPS, feeds, PDUs, busways."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from ampacity.apis.base import ApiModel
from ampacity.apis.envelope_edges import PowerEdges
from ampacity.apis.envelope_rating import Rating
from ampacity.apis.quantities import Efficiency, Power, Share, Units
from ampacity.apis.rules import Rule
from ampacity.apis.text import DomainType, Names

State = Literal["Healthy", "Failed", "Maintenance"]
STATE_TEXT = (
    "What you know of it: Healthy, Failed or Maintenance. Anything but Healthy takes it out of service for"
    " planning; what runs keeps running as far as the rest carries it. Default: Healthy."
)
FAILURE_TEXT = (
    "True if the site must bear its loss: whatever survives then has to fit on what is left. Default: false."
)
SPARE = Rule(
    cel="!has(self.spare) || (has(self.units) && type(self.units) == string"
    " && self.units.matches('^[0-9]{1,3} ?x') && int(self.units.split('x')[0].trim()) > self.spare)",
    holds=lambda part: (
        part.spare is None or (part.units is not None and int(part.units.partition("x")[0]) > part.spare)
    ),
    message="spare counts units that may be out of service, so it must be less than the number of units",
    remedy="write for example units: 4x500kW and spare: 1",
    field="spare",
)


class Domain(ApiModel):
    """A part of the power path that can carry so much and no more."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="[has(self.capacity), has(self.rating), has(self.units)].filter(x, x).size() == 1",
            holds=lambda d: [d.capacity, d.rating, d.units].count(None) == 2,
            message="a domain has exactly one of capacity, rating and units",
            remedy="state usable watts as capacity, a nameplate as rating, or equal units as units",
        ),
        SPARE,
        Rule(
            cel="!has(self.imbalance) || (has(self.rating) && has(self.rating.phases)"
            " && self.rating.phases == 3)",
            holds=lambda d: d.imbalance is None or (d.rating is not None and d.rating.phases == 3),
            message="imbalance derates a rating with three phases, and this domain has none",
            remedy="leave imbalance out, or state the rating with phases: 3",
            field="imbalance",
        ),
    )

    name: Names = Field(
        description="Name of the domain, unique among the site's domains and cooling units. {variables} of"
        " `each` and [ranges] make one line stand for many. Example: ups-{b}-{f}."
    )
    type: DomainType = Field(
        description="What it is: Utility, Generator, UPS, Feed, PDU, Busway or another word of yours. It"
        " decides the continuous factor of a rating and is what `mustSurvive` of a pool names."
    )
    capacity: Power | None = Field(
        default=None, description="Usable watts, taken as they stand. Example: 173kW."
    )
    rating: Rating | None = Field(
        default=None,
        description="The nameplate, from which the usable watts follow. Example: {voltage: 415V, current:"
        " 250A, phases: 3, powerFactor: 0.98}.",
    )
    units: Units | None = Field(
        default=None,
        description="Equal units side by side, in usable watts each. Example: 4x500kW.",
    )
    spare: int | None = Field(
        default=None,
        ge=0,
        le=999,
        description="How many of the units may be out of service: only the others count, and losing so many"
        " is not losing the domain. Default: 0.",
    )
    imbalance: Share | None = Field(
        default=None,
        description="How much more the busiest of three phases carries than their mean, where single-phase"
        " loads hang on them; the usable watts are divided by 1 plus this. Default: 0%. Example: 10%.",
    )
    efficiency: Efficiency | None = Field(
        default=None,
        description="Output per input, so that suppliers and the meter see the losses. Default: 90% for a"
        " UPS, 100% for all other types. Example: 97%.",
    )
    base_load: Power | None = Field(
        default=None,
        description="What else always draws from this domain: offices, pumps, lighting. Default: 0W."
        " Example: 3kW.",
    )
    suppliers: PowerEdges | None = Field(
        default=None,
        description="The domains that feed this one, each a name or {name, share, breaker}. A domain without"
        " suppliers is a source, such as the utility. Example: [grid-{f}].",
    )
    failure_domain: bool = Field(default=False, description=FAILURE_TEXT)
    state: State = Field(default="Healthy", description=STATE_TEXT)
