"""The sentences that people read about waiting: plain words, figures, units.

Each is made from figures that the planner found, and leaves out the site, which stands before it.
"""

from __future__ import annotations

from collections.abc import Collection

GIB = 2**30


def no_envelope(site: str) -> str:
    """The site is unknown, or was never accepted."""
    return f"no SitePowerEnvelope {site} is accepted" if site else "no SitePowerEnvelope is accepted yet"


def no_such_site() -> str:
    """A pool's tiers and labels leave it no site."""
    return "no site is of a tier and has the labels that the pool asks for"


LOST = "its envelope says that it is Lost"
"""Why a site takes nothing that people have declared lost."""


def closed(why: str) -> str:
    """The site takes nothing now."""
    return why or "the site takes no new pods"


def not_offered(nodes: int, resource: str) -> str:
    """No node has the resource at all."""
    return f"no node offers {resource} (it has {count(nodes, 'node')})" if nodes else "it has no nodes"


def not_selected(nodes: int, unselected: int, taints: Collection[str]) -> str:
    """Node selector, affinity, volumes or taints exclude every node that has the resource."""
    parts = []
    if unselected:
        parts.append(f"{unselected} excluded by node selector, affinity or volumes")
    if taints:
        parts.append(f"{nodes - unselected} by taints that are not tolerated ({listed(taints)})")
    return f"no node matches: of {count(nodes, 'node')} {', '.join(parts)}"


def unknown_hardware(nodes: int, why: str) -> str:
    """No profile says what the matching nodes draw."""
    return f"no AcceleratorProfile fits {of_those(nodes)}" + (f": {why}" if why else "")


def other_accelerator(nodes: int, wanted: Collection[str], there: Collection[str]) -> str:
    """Nodes match, but none has an acceptable accelerator."""
    return f"{match(nodes)}, but with {listed(there)}; acceptable: {listed(wanted)}"


def not_admitting(nodes: int, why: str) -> str:
    """Matching nodes are all cordoned, not ready, or belong to no rack."""
    return f"{match(nodes)}, but none takes pods now" + (f": {why}" if why else "")


def not_surviving(nodes: int, failing: str) -> str:
    """No matching rack survives what mustSurvive names. `failing`: "UPS ups-a"."""
    return f"{match(nodes)}, but none in a rack that survives the loss of {failing}"


def unheard_of(named: Collection[str], known: Collection[str]) -> str:
    """mustSurvive names a type that no site has; `known`: this site's failure domains."""
    there = f"failure domains here are of type {listed(known)}" if known else "no failure domain is here"
    return f"mustSurvive names {listed(named)}, which no site has: {there}"


def untested(named: Collection[str], known: Collection[str]) -> str:
    """mustSurvive names a type whose failure this site's envelope does not look at."""
    there = f"those are of type {listed(known)}" if known else "it has none"
    return f"mustSurvive names {listed(named)}, but no failure domain of the site is of that type: {there}"


def too_large(nodes: int, wanted: str, most: str) -> str:
    """No node is large enough even when empty."""
    return f"{match(nodes)}, but none has {wanted} even when empty: at most {most}"


def none_free(nodes: int, resource: str, wanted: int, some: int, most: int) -> str:
    """Too few of the countable resource is free on any one node: "no node with 8 free GPUs: ..."."""
    start = f"no node with {units(resource, wanted, 'free ')}: {match(nodes)}"
    return f"{start}, {some} with free ones but at most {most}" if some else f"{start}, none with a free one"


def lacking(nodes: int, resource: str, wanted: int, most: int) -> str:
    """Nodes have the GPUs free but not the rest. The figures are of the resource that is short."""
    return (
        f"no node with {units(resource, wanted, 'free ')} beside its free GPUs: {match(nodes)}, "
        f"at most {units(resource, most)} free"
    )


def port_taken(nodes: int, port: str) -> str:
    """Nodes have all that a pod needs free but a port of the node. `port`: "port 8080 (TCP)"."""
    of = "the node" if nodes == 1 else f"each of the {nodes} nodes"
    return f"{port} of {of} with free GPUs that match{'es' if nodes == 1 else ''} is taken by another pod"


def rules(nodes: int) -> str:
    """(Anti-)affinity or spread exclude all nodes with room."""
    room = f"{count(nodes, 'node')} {'has' if nodes == 1 else 'have'} room"
    return f"{room}, but affinity or topology spread between pods excludes {of_all(nodes)}"


def next_turn() -> str:
    """A place opened for the pod after it had been looked at."""
    return "a place has opened for it among the pods placed just now; it is looked at again next"


def supplies(node: str) -> str:
    """The node's own power supplies are at their limit."""
    return f"live power supplies of node {node} carry no more"


def units(resource: str, amount: int, free: str = "") -> str:
    """An amount of a node resource for people: "8 free GPUs", "64 GiB of free memory"."""
    if resource == "cpu":
        return f"{_decimal(amount, 1000)} {free}CPUs"
    if resource in ("memory", "ephemeral-storage"):
        return f"{_decimal(amount, GIB)} GiB of {free}{resource.replace('-', ' ')}"
    if resource == "pods":
        return f"{amount} {free}pod slot{'' if amount == 1 else 's'}"
    if resource.endswith("/gpu"):
        return f"{amount} {free}GPU{'' if amount == 1 else 's'}"
    return f"{amount} {free}{resource}"


def match(nodes: int) -> str:
    """ "12 nodes match" """
    return f"{count(nodes, 'node')} match{'es' if nodes == 1 else ''}"


def count(number: int, noun: str) -> str:
    """ "1 node", "12 nodes" """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def of_those(nodes: int) -> str:
    """ "the node that matches", "the 12 nodes that match" """
    return "the node that matches" if nodes == 1 else f"the {nodes} nodes that match"


def of_all(nodes: int) -> str:
    """ "it", "them all" """
    return "it" if nodes == 1 else "them all"


def listed(names: Collection[str], most: int = 4) -> str:
    """The first few names in order, and how many more there are."""
    first = sorted(name or "no known accelerator" for name in names)
    more = f" and {len(first) - most} more" if len(first) > most else ""
    return ", ".join(first[:most]) + more


def _decimal(amount: int, scale: int) -> str:
    return f"{amount / scale:.1f}".removesuffix(".0")
