"""What all API models share: camelCase on the wire, strict specs, lenient statuses.

A spec refuses fields it does not know, so that a typing error never silently
relaxes a limit. A status ignores them, so that an older program can read what
a newer one wrote.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from ampacity.apis.rules import Rule

API_VERSION: Literal["ampacity.io/v1alpha1"] = "ampacity.io/v1alpha1"
SHORTHAND = "x-ampacity-shorthand"  # marks a schema that may be text: the field that the text stands for
Json = dict[str, Any]


class ApiModel(BaseModel):
    """Part of a spec: camelCase names only, unknown fields refused, `RULES` demanded."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)
    RULES: ClassVar[tuple[Rule, ...]] = ()

    @model_validator(mode="after")
    def _demand_rules(self) -> Self:
        for rule in self.RULES:
            rule.demand(self)
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        schema = handler.resolve_ref_schema(handler(core_schema))
        if cls.RULES:
            schema["x-kubernetes-validations"] = [rule.schema() for rule in cls.RULES]
        return schema

    def to_dict(self) -> Json:
        """JSON in camelCase: defaults left out, shorthands written out as objects."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


class StatusModel(BaseModel):
    """Part of a status: written by the operator, read by people and by other versions."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="ignore", validate_by_name=True, validate_by_alias=True
    )

    def to_dict(self) -> Json:
        """JSON for the API server: camelCase, nulls left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class Shorthand(ApiModel):
    """A field that may be written as one string or as an object; the string names one field.

    The generator leaves such a schema without a type, since a structural schema
    has no unions; the admission policy in `crds/` then gives the sentences.
    """

    SHORT_FIELD: ClassVar[str] = "name"

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, value: Any) -> Any:
        return {cls.SHORT_FIELD: value} if isinstance(value, (str, int, float)) else value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return super().__get_pydantic_json_schema__(core_schema, handler) | {SHORTHAND: cls.SHORT_FIELD}


class Metadata(StatusModel):
    """The parts of ObjectMeta that Ampacity reads."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    generation: int = 0
    resource_version: str = ""
    creation_timestamp: str = ""
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)


SHORT_NAME = Rule(
    cel="self.metadata.name.size() <= 63",
    holds=lambda kind: len(kind.metadata.name) <= 63,
    message="the name becomes a label of nodes and pods, and those end at 63 characters",
    remedy="choose a shorter name",
    field="metadata.name",
)


class Kind(StatusModel):
    """A whole resource; `RULES` see its metadata too."""

    RULES: ClassVar[tuple[Rule, ...]] = ()

    metadata: Metadata

    @model_validator(mode="after")
    def _demand_rules(self) -> Self:
        for rule in self.RULES:
            rule.demand(self)
        return self
