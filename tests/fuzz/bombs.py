"""Small objects that stand for something huge: each must be refused or answered before it is spelled out."""

from __future__ import annotations

from typing import Any

from tests.builders import resources

Json = dict[str, Any]


def bombs(plural: str) -> list[Json]:
    """Those of a kind, without a name."""
    return (
        _envelopes() if plural == "sitepowerenvelopes" else _pools() if plural == "gpuinferencepools" else []
    )


def _envelopes() -> list[Json]:
    """Millions of names, thousands of unknown ones, of failures, a long circle, and JSON without a floor."""
    meter = {"name": "ups", "type": "UPS", "capacity": "1MW"}
    own = {"name": "u{b}", "type": "UPS", "capacity": "60kW", "failureDomain": True}
    circle = [
        {"name": f"c{n}", "type": "PDU", "capacity": "1kW", "suppliers": [f"c{(n + 1) % 300}"]}
        for n in range(300)
    ]
    many = "[1-9999]" * 9
    return [
        resources.envelope(racks=[resources.rack(f"{many}x{n}") for n in range(50)]),
        resources.envelope(each={"b": ",".join(["1-20000"] * 24)}),
        resources.envelope(racks=[resources.rack("[a-z][a-z][a-z]-{b}")], each={"b": "1-9000"}),
        resources.envelope(racks=[resources.rack("r[0001-9000]", power=["upz"])]),
        resources.envelope(
            each={"b": "0001-4000"},
            domains=[own, meter],
            racks=[resources.rack("r{b}", power=["u{b}", "ups"])],
        ),
        resources.envelope(domains=[meter, *circle]),
        resources.envelope(racks=[resources.rack(air="@@deep@@")]),
    ]


def _pools() -> list[Json]:
    """More replicas than any fleet has, a container often over, and JSON without a floor."""
    container = {"name": "main", "image": "server"}
    deep = {"containers": [container], "affinity": "@@deep@@"}
    return [
        resources.pool(replicas=100_000),
        resources.pool(replicas=100_000, priority=1_000_000_000, accelerators=["box-8"]),
        resources.pool(
            template={"spec": {"containers": [{**container, "name": f"c{number}"} for number in range(64)]}}
        ),
        resources.pool(template={"spec": deep}),
    ]
