"""Quantities as users write them: text with a unit, checked the same way here and in the API server.

Each kind has one regular expression. The CRD holds it as a CEL rule whose
message is a sentence (a `pattern` would answer with the expression itself), and
the schema is int-or-string, so that a bare number meets that sentence too.
The expressions accept nothing that `core.units` would refuse; a property test
holds them to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from ampacity.apis.text import printable
from ampacity.core.units import QuantityError, parse_power

_DECIMALS = r"(\.[0-9]{1,%d})?"
_POWER = "|".join(
    (
        r"[0-9]{1,12} ?mW",
        rf"[0-9]{{1,9}}{_DECIMALS % 3} ?W",
        rf"[0-9]{{1,6}}{_DECIMALS % 6} ?kW",
        rf"[0-9]{{1,3}}{_DECIMALS % 9} ?MW",
        rf"[0-3]{_DECIMALS % 9} ?GW",
    )
)
_UP_TO_100 = rf"100(\.0{{1,4}})?|[0-9]{{1,2}}{_DECIMALS % 4}"
_FROM_1_TO_100 = rf"100(\.0{{1,4}})?|[1-9][0-9]?{_DECIMALS % 4}"
_PROFILE = r"[a-z]([a-z0-9.-]{0,61}[a-z0-9])?"


@dataclass(frozen=True, slots=True)
class QuantityKind:
    """How one kind of quantity is written, and what to say to who writes it otherwise."""

    noun: str
    pattern: str
    remedy: str
    max_length: int = 32

    @property
    def expression(self) -> str:
        """The whole-text regular expression, in the dialect that Python and RE2 share."""
        return f"^({self.pattern})$"

    def check(self, value: object) -> str:
        """`value` if it is well formed; QuantityError with the remedy otherwise."""
        text = value if isinstance(value, str) else str(value)
        if not isinstance(value, str) or len(text) > self.max_length or not self._matches(text):
            raise QuantityError(f"'{printable(text)}' is no {self.noun}; {self.remedy}")
        return text

    def _matches(self, text: str) -> bool:
        return re.fullmatch(self.pattern, text) is not None

    def schema(self) -> dict[str, Any]:
        """Structural schema: int-or-string, so that a bare number gets the sentence, not a type error."""
        return {
            "x-kubernetes-int-or-string": True,
            "maxLength": self.max_length,
            "x-kubernetes-validations": [
                {
                    "rule": f"type(self) == string && self.matches(r'{self.expression}')",
                    "messageExpression": f'"\'" + string(self) + "\' is no {self.noun}; {self.remedy}"',
                }
            ],
        }


POWER = QuantityKind("power", _POWER, "write a number and its unit W, kW or MW, for example 130kW")
APPARENT = QuantityKind(
    "apparent power",
    rf"[0-9]{{1,6}}{_DECIMALS % 6} ?kVA|[0-9]{{1,3}}{_DECIMALS % 9} ?MVA",
    "write a number and kVA or MVA, for example 500kVA",
)
VOLTAGE = QuantityKind(
    "voltage",
    rf"[0-9]{{1,6}}{_DECIMALS % 3} ?V|[0-9]{{1,3}}{_DECIMALS % 6} ?kV",
    "write a number and V or kV, for example 415V",
)
CURRENT = QuantityKind(
    "current",
    rf"[0-9]{{1,6}}{_DECIMALS % 3} ?A|[0-9]{{1,3}}{_DECIMALS % 6} ?kA",
    "write a number and A, for example 250A",
)
SHARE = QuantityKind("share", rf"({_UP_TO_100}) ?%", "write a percentage from 0% to 100%, for example 60%")
EFFICIENCY = QuantityKind(
    "efficiency", rf"({_FROM_1_TO_100}) ?%", "write a percentage from 1% to 100%, for example 96%"
)
UNITS = QuantityKind(
    "number of units",
    rf"[1-9][0-9]{{0,2}} ?x ?({_POWER})",
    "write how many and how large each, for example 4x500kW",
)
NODES = QuantityKind(
    "list of nodes",
    rf"([1-9][0-9]{{0,2}} ?x +)?{_PROFILE}",
    "write how many and of which profile, for example 4x hgx-h200",
    max_length=72,
)


Power = Annotated[str, BeforeValidator(POWER.check), WithJsonSchema(POWER.schema())]
ApparentPower = Annotated[str, BeforeValidator(APPARENT.check), WithJsonSchema(APPARENT.schema())]
Voltage = Annotated[str, BeforeValidator(VOLTAGE.check), WithJsonSchema(VOLTAGE.schema())]
Current = Annotated[str, BeforeValidator(CURRENT.check), WithJsonSchema(CURRENT.schema())]
Share = Annotated[str, BeforeValidator(SHARE.check), WithJsonSchema(SHARE.schema())]
Efficiency = Annotated[str, BeforeValidator(EFFICIENCY.check), WithJsonSchema(EFFICIENCY.schema())]
Units = Annotated[str, BeforeValidator(UNITS.check), WithJsonSchema(UNITS.schema())]


def parse_apparent(text: str) -> int:
    """Milli-volt-amperes from "500kVA"."""
    return parse_power(text.replace("VA", "W"))


def split_units(text: str) -> tuple[int, int]:
    """Count and milliwatts of each, from "4x500kW"."""
    count, _, each = text.partition("x")
    return int(count), parse_power(each.strip())


def split_nodes(text: str) -> tuple[int, str]:
    """Count and profile, from "4x hgx-h200" (one when no count is written)."""
    match = re.fullmatch(r"(?:([0-9]+) ?x +)?(.+)", text)
    if match is None:
        raise QuantityError(f"'{text}' is no {NODES.noun}; {NODES.remedy}")
    return int(match[1] or 1), match[2]
