"""How a pool is reached: Services, and with the Gateway API one route per gateway at which users come in."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from ampacity.apis.base import ApiModel
from ampacity.apis.rules import Rule
from ampacity.apis.text import RegionName, TextKind

_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
OBJECT = TextKind(
    "name of an object",
    rf"{_LABEL}(\.{_LABEL})*",
    "use lower-case letters, digits, '-' and '.', for example paris-edge",
    253,
)
NAMESPACE = TextKind(
    "name of a namespace", _LABEL, "use lower-case letters, digits and '-', for example ingress", 63
)
HOST = TextKind(
    "host name",
    rf"(\*\.)?{_LABEL}(\.{_LABEL})*",
    "use lower-case letters, digits, '-' and '.', with *. in front for all below it, for example"
    " chat.example.com",
    253,
)
_PIECE = r"[a-z0-9.-]|\{pool\}|\{site\}"
PICKER = TextKind(
    "name of a Service",
    rf"({_PIECE})+",
    "use lower-case letters, digits and '-', with {pool} and {site} where they belong, for example"
    " {pool}-{site}-epp",
    120,
)

ObjectName = Annotated[str, AfterValidator(OBJECT.check), WithJsonSchema(OBJECT.schema())]
NamespaceName = Annotated[str, AfterValidator(NAMESPACE.check), WithJsonSchema(NAMESPACE.schema())]
HostName = Annotated[str, AfterValidator(HOST.check), WithJsonSchema(HOST.schema())]
PickerName = Annotated[str, AfterValidator(PICKER.check), WithJsonSchema(PICKER.schema())]
Port = Annotated[int, Field(ge=1, le=65_535)]


class EntryGateway(ApiModel):
    """A gateway at which users come in."""

    name: ObjectName = Field(description="Name of the Gateway. Example: paris-edge.")
    namespace: NamespaceName | None = Field(
        default=None,
        description="Namespace of the Gateway, which must let routes of the pool's namespace attach. Default:"
        " the pool's own.",
    )
    section_name: ObjectName | None = Field(
        default=None, description="Name of one listener of the Gateway. Default: all that take the route."
    )
    region: RegionName | None = Field(
        default=None,
        description="Whose users come in here: a region of `demand`, or the name of a site. Their own row of"
        " the distribution decides where they are sent. Default: anybody's; then they are sent only to sites"
        " that may serve every region. Example: paris.",
    )


class EndpointPicker(ApiModel):
    """What chooses one replica for each request: the llm-d router, or another that speaks its protocol."""

    name: PickerName | None = Field(
        default=None,
        description="Name of the picker's Service in the pool's namespace; {pool} and {site} stand for their"
        " names, as each site has an InferencePool, and a picker serves one. Default: the InferencePool's"
        " name with -epp after it, as the llm-d router is called when it is installed under that name.",
    )
    port: Port = Field(default=9002, description="Port of that Service. Default: 9002, the llm-d router's.")
    failure_mode: Literal["FailOpen", "FailClose"] = Field(
        default="FailClose",
        description="What the gateway does while the picker does not answer: send requests to any replica, or"
        " refuse them. Default: FailClose.",
    )


class PoolServing(ApiModel):
    """Services of a pool, InferencePools and routes where their CRDs are installed."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            cel="!has(self.gateways) || self.gateways.all(g, self.gateways.exists_one(o, o.name == g.name"
            " && has(o.__namespace__) == has(g.__namespace__)"
            " && (!has(g.__namespace__) || o.__namespace__ == g.__namespace__)"
            " && has(o.sectionName) == has(g.sectionName)"
            " && (!has(g.sectionName) || o.sectionName == g.sectionName)))",
            holds=lambda serving: len(_listeners(serving)) == len(set(_listeners(serving))),
            message="the same gateway is named twice",
            remedy="name it once, or different listeners of it as sectionName",
            field="gateways",
        ),
    )

    port: Port | None = Field(
        default=None,
        description="Port of the Services, and of the server in the pods. Default: the port of the model's"
        " server; for a template, the first port of its first container.",
    )
    gateways: Annotated[list[EntryGateway], Field(max_length=32)] | None = Field(
        default=None,
        json_schema_extra={"x-kubernetes-list-type": "atomic"},
        description="Gateways at which users come in; each is given an HTTPRoute of its own. Default: none;"
        " then there are no routes.",
    )
    hostnames: Annotated[list[HostName], Field(max_length=16)] | None = Field(
        default=None,
        json_schema_extra={"x-kubernetes-list-type": "set"},
        description="Host names that the routes match. Pools that share a gateway need different ones."
        " Default: any. Example: [chat.example.com].",
    )
    endpoint_picker: EndpointPicker | None = Field(
        default=None, description="What chooses a replica at a site. Default: the llm-d router, port 9002."
    )


def _listeners(serving: PoolServing) -> list[tuple[str | None, ...]]:
    return [(one.name, one.namespace, one.section_name) for one in serving.gateways or ()]
