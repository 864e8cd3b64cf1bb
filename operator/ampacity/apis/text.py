"""Annotated texts that several kinds share: names, name patterns, variables, label values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, WithJsonSchema

from ampacity.core.units import QuantityError


def printable(text: str) -> str:
    """The text for a message: half a character, which a file may hold, cannot be written out."""
    return text.encode(errors="replace").decode()


@dataclass(frozen=True, slots=True)
class TextKind:
    """A text with a form: its expression (Python and RE2 alike), and the sentence for any other text."""

    noun: str
    pattern: str
    remedy: str
    max_length: int

    @property
    def expression(self) -> str:
        return f"^({self.pattern})$"

    def check(self, text: str) -> str:
        """`text` if it has the form; QuantityError with the remedy otherwise."""
        if len(text) > self.max_length or re.fullmatch(self.pattern, text) is None:
            raise QuantityError(f"'{printable(text)}' is no {self.noun}; {self.remedy}")
        return text

    def schema(self) -> dict[str, Any]:
        """Structural schema: the form as a CEL rule, whose message is the sentence."""
        return {
            "type": "string",
            "maxLength": self.max_length,
            "x-kubernetes-validations": [
                {
                    "rule": f"self.matches(r'{self.expression}')",
                    "messageExpression": f'"\'" + self + "\' is no {self.noun}; {self.remedy}"',
                }
            ],
        }


_PIECE = r"[A-Za-z0-9._-]|\{[a-z][a-z0-9]*\}|\[[A-Za-z0-9,-]+\]"
NAMES = TextKind(
    "name",
    rf"({_PIECE})+",
    "use letters, digits, '-', '_' and '.', with {variable} for each and [01-25] for ranges",
    100,
)
NODE_NAMES = TextKind(
    "pattern of node names",
    rf"({_PIECE}|[*?])+",
    "use letters, digits, '-' and '.', with * and ? as wildcards and {rack} for the rack",
    100,
)
RANGE = TextKind(
    "range",
    r"[A-Za-z0-9]+(-[A-Za-z0-9]+)?(,[A-Za-z0-9]+(-[A-Za-z0-9]+)?)*",
    "write a range or a list, for example 01-10 or a,b",
    200,
)
DOMAIN_TYPE = TextKind(
    "type", r"[A-Z][A-Za-z0-9]*", "write one word that begins with a capital, for example UPS or Busway", 40
)
COUNTRY = TextKind("country", r"[A-Z]{2}", "write the two capital letters of ISO 3166-1, for example SE", 40)
AREA = TextKind(
    "country or region",
    r"[A-Z]{2}(/[^,/]{1,63})?",
    "write the two capital letters of ISO 3166-1, and after a / the region as envelopes name it, for example"
    " DE or DE/bavaria",
    70,
)
REGION = TextKind(
    "name of a region of users",
    r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?",
    "use lower-case letters, digits, '-' and '.', for example paris or eu-west-3",
    63,
)
RESOURCE = TextKind(
    "resource",
    r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?/[A-Za-z0-9*]([A-Za-z0-9._*-]*[A-Za-z0-9*])?",
    "write a domain and a name, for example nvidia.com/gpu or nvidia.com/mig-*",
    120,
)
LABEL_PATTERN = TextKind(
    "pattern of label values",
    r"[A-Za-z0-9._*?-]+",
    "use letters, digits, '-', '_' and '.', with * and ? as wildcards",
    63,
)
PROFILE = TextKind(
    "name of a profile or family",
    r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?",
    "use lower-case letters, digits, '-' and '.', for example hgx-h200 or h200",
    63,
)
SECRET = TextKind(
    "name of a Secret",
    r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?",
    "use lower-case letters, digits, '-' and '.', for example hf-token",
    253,
)
MODEL_ID = TextKind(
    "model",
    r"[A-Za-z0-9/._:@-]+",
    "write the id under which servers load it, for example mistralai/Mistral-7B-Instruct-v0.3",
    200,
)

Names = Annotated[str, AfterValidator(NAMES.check), WithJsonSchema(NAMES.schema())]
NodeNames = Annotated[str, AfterValidator(NODE_NAMES.check), WithJsonSchema(NODE_NAMES.schema())]
Range = Annotated[str, AfterValidator(RANGE.check), WithJsonSchema(RANGE.schema())]
DomainType = Annotated[str, AfterValidator(DOMAIN_TYPE.check), WithJsonSchema(DOMAIN_TYPE.schema())]
Country = Annotated[str, AfterValidator(COUNTRY.check), WithJsonSchema(COUNTRY.schema())]
AreaName = Annotated[str, AfterValidator(AREA.check), WithJsonSchema(AREA.schema())]
RegionName = Annotated[str, AfterValidator(REGION.check), WithJsonSchema(REGION.schema())]
Resource = Annotated[str, AfterValidator(RESOURCE.check), WithJsonSchema(RESOURCE.schema())]
LabelPattern = Annotated[str, AfterValidator(LABEL_PATTERN.check), WithJsonSchema(LABEL_PATTERN.schema())]
ProfileName = Annotated[str, AfterValidator(PROFILE.check), WithJsonSchema(PROFILE.schema())]
ModelId = Annotated[str, AfterValidator(MODEL_ID.check), WithJsonSchema(MODEL_ID.schema())]
SecretName = Annotated[str, AfterValidator(SECRET.check), WithJsonSchema(SECRET.schema())]
