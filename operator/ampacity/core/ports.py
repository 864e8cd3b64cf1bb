"""Ports of nodes as countable resources, of which every node has equally many without saying so.

Two pods collide on a node if they want the same port and protocol at the same
address, or one of them at all addresses. In amounts: a node has `EVERY` of a
port. Whoever wants it at all addresses takes `EVERY`, so nobody else has any;
whoever wants it at one address takes one of them, and the one that there is at
that address. So whatever counts resources (free, held, taken over) counts ports.
"""

from __future__ import annotations

from collections.abc import Iterable

from ampacity.core.snapshot import Resources

EVERY = 1_000
"""How much a node has of a port: more addresses at which one port is wanted than any node has pods."""

MOST = 64
"""So many names of ports one pod may have; the rest is left to its scheduler."""

_START = "hostport:"
_ANY = ("", "0.0.0.0")

Port = tuple[str, int, str]
"""Protocol, number, and the address of the node at which it is wanted."""


def port_amounts(ports: Iterable[Port]) -> dict[str, int]:
    """What a pod that binds these takes, by resource name."""
    amounts: dict[str, int] = {}
    for protocol, number, address in sorted(set(ports))[:MOST]:
        whole = f"{_START}{protocol}:{number}"
        if address in _ANY:
            amounts[whole] = EVERY
        else:
            amounts[whole] = min(EVERY, amounts.get(whole, 0) + 1)
            amounts[f"{whole}@{address}"] = 1
    return amounts


def is_port(resource: str) -> bool:
    """Whether this names a port of a node."""
    return resource.startswith(_START)


def offered(resource: str) -> int:
    """How much every empty node has of it; 0 for what nodes have to say themselves."""
    if not is_port(resource):
        return 0
    return 1 if "@" in resource else EVERY


def amount_of(resources: Resources, resource: str) -> int:
    """How much of a countable resource there is among those of a node, or left on it."""
    return dict(resources.extended).get(resource, offered(resource))


def spoken(resource: str) -> str:
    """ "port 8080 (TCP)", "port 8080 (TCP) at 10.0.0.1" """
    protocol, rest = resource.removeprefix(_START).split(":", 1)
    number, _, address = rest.partition("@")
    return f"port {number} ({protocol})" + (f" at {address}" if address else "")
