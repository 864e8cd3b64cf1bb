"""Electrical nameplates: ratings of domains and breakers of cords."""

from __future__ import annotations

import re
from typing import ClassVar, Literal

from pydantic import Field

from ampacity.apis.base import ApiModel, Shorthand
from ampacity.apis.quantities import ApparentPower, Current, Power, Voltage
from ampacity.apis.rules import Rule

_TO_NEUTRAL = r"^(0*(230|240|277)(\.0{1,3})? ?V|0*\.(23|24|277)0* ?kV)$"


def _is_to_neutral(rating: Electrical) -> bool:
    return bool(rating.phases == 3 and rating.voltage and re.fullmatch(_TO_NEUTRAL, rating.voltage))


LINE_TO_LINE = Rule(
    cel="!(has(self.phases) && self.phases == 3 && has(self.voltage) && type(self.voltage) == string"
    f" && self.voltage.matches(r'{_TO_NEUTRAL}'))",
    holds=lambda rating: not _is_to_neutral(rating),
    message="230 V, 240 V and 277 V are voltages to neutral, but three phases are rated line to line",
    remedy="write 400V, 415V or 480V, or phases: 1",
    field="voltage",
)
TOGETHER = Rule(
    cel="has(self.voltage) == has(self.current) && has(self.current) == has(self.phases)",
    holds=lambda rating: len({rating.voltage is None, rating.current is None, rating.phases is None}) == 1,
    message="voltage, current and phases belong together",
    remedy="state all three, or none of them and the power instead",
)
DIRECT_CURRENT = Rule(
    cel="!(has(self.phases) && self.phases == 'DC' && has(self.powerFactor))",
    holds=lambda rating: not (rating.phases == "DC" and rating.power_factor is not None),
    message="direct current has no power factor",
    remedy="leave powerFactor out",
    field="powerFactor",
)


class Electrical(ApiModel):
    """A nameplate in volts and amperes."""

    voltage: Voltage | None = Field(
        default=None,
        description="Volts: line to line with three phases, to neutral with one. Example: 415V.",
    )
    current: Current | None = Field(
        default=None, description="Amperes on each line, as on the nameplate. Example: 250A."
    )
    phases: Literal[1, 3, "DC"] | None = Field(
        default=None,
        json_schema_extra={
            "x-kubernetes-int-or-string": True,
            "x-kubernetes-validations": [
                {
                    "rule": "self == 1 || self == 3 || self == 'DC'",
                    "message": "phases must be 1, 3 or DC; write one of them",
                }
            ],
        },
        description="1, 3 or DC. Three phases carry 1.73 times volts times amperes. Example: 3.",
    )
    power_factor: float | None = Field(
        default=None,
        ge=0.1,
        le=1.0,
        description="Real power per apparent power of the load. Default: 0.95, the least that a good power"
        " supply has at part load (1 for DC). Example: 0.98.",
    )
    continuous: bool = Field(
        default=False,
        description="True if the part is rated to carry its full nameplate without end (a 100 %-rated"
        " breaker). Otherwise 80 % of breakers, feeds, PDUs and busways and 70 % of standby generators"
        " count as usable; a UPS always counts in full. Default: false.",
    )


class Rating(Electrical):
    """What a nameplate says; Ampacity derives the usable watts from it."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        TOGETHER,
        Rule(
            cel="has(self.voltage) != (has(self.power) || has(self.apparentPower))",
            holds=lambda r: (r.voltage is not None) != (r.power is not None or r.apparent_power is not None),
            message="a rating is either volts and amperes or watts",
            remedy="state voltage, current and phases, or else power (and apparentPower)",
        ),
        Rule(
            cel="!has(self.apparentPower) || has(self.power) || has(self.powerFactor)",
            holds=lambda r: r.apparent_power is None or r.power is not None or r.power_factor is not None,
            message="kVA alone does not say how many watts may be drawn",
            remedy="add power (kW) or powerFactor from the nameplate",
            field="apparentPower",
        ),
        LINE_TO_LINE,
        DIRECT_CURRENT,
    )

    power: Power | None = Field(
        default=None, description="Watts on the nameplate, before any continuous factor. Example: 100kW."
    )
    apparent_power: ApparentPower | None = Field(
        default=None,
        description="Volt-amperes on the nameplate. The smaller of `power` and this times `powerFactor`"
        " counts. Example: 500kVA.",
    )


class Breaker(Electrical, Shorthand):
    """The limit of one cord or tap: usable watts, or the breaker's volts and amperes."""

    SHORT_FIELD: ClassVar[str] = "capacity"
    RULES: ClassVar[tuple[Rule, ...]] = (
        TOGETHER,
        Rule(
            cel="has(self.voltage) != has(self.capacity)",
            holds=lambda b: (b.voltage is None) != (b.capacity is None),
            message="a breaker is either usable watts or volts and amperes",
            remedy="write breaker: 50kW, or {voltage: 400V, current: 32A, phases: 3}",
        ),
        LINE_TO_LINE,
        DIRECT_CURRENT,
    )

    capacity: Power | None = Field(
        default=None, description="Usable watts, taken as they stand. Example: 50kW."
    )
