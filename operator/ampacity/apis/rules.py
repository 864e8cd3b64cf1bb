"""Rules over several fields, stated once for both judges: Python here, CEL in the API server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold of an object, in CEL (over `self`) and in Python, and what to say if it does not.

    `field` is the field to point at ("" for the object itself). A property test
    and a live test hold the two forms to the same verdict.
    """

    cel: str
    holds: Callable[[Any], bool]
    message: str
    remedy: str
    field: str = ""

    @property
    def sentence(self) -> str:
        return f"{self.message}; {self.remedy}"

    def schema(self) -> dict[str, Any]:
        """The rule as an entry of `x-kubernetes-validations`."""
        entry: dict[str, Any] = {"rule": self.cel, "message": self.sentence}
        return entry | ({"fieldPath": f".{self.field}"} if self.field else {})

    def demand(self, model: Any) -> None:
        """Raises for pydantic, with the field and both halves of the sentence in the context."""
        if not self.holds(model):
            context = {"field": self.field, "message": self.message, "remedy": self.remedy}
            raise PydanticCustomError("rule", "{message}; {remedy}", context)
