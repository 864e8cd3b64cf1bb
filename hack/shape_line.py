"""The one-line description of GPU nodes.

    8 x H100 in rack r07 of par1
    4 nodes of 8 x H200 in racks h0[01-25] of central with rack-power=40kW, cooling=air

A rack name may hold ranges in brackets, and there may be several, joined by commas; every rack gets as many
nodes as the line says (one, if it does not). `with` adds labels; a key without a slash is one of ours
(ampacity.io/...).
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_LINE = re.compile(
    r"(?:(?P<nodes>\d+) nodes? of )?(?P<gpus>\d+) ?x (?P<product>\S+) "
    r"in racks? (?P<racks>\S+) of (?P<site>\S+)(?: with (?P<labels>.+))?"
)
_RANGE = re.compile(r"\[(\d+)-(\d+)\]")


@dataclass(frozen=True, slots=True)
class Shape:
    """So many equal nodes in each of some racks."""

    nodes_per_rack: int
    gpus: int
    product: str
    racks: tuple[str, ...]
    site: str
    labels: dict[str, str] = field(default_factory=dict)


def parse(line: str) -> Shape:
    """ValueError shows the line and what one looks like."""
    match = _LINE.fullmatch(" ".join(line.split()))
    if match is None:
        raise ValueError(
            f"{line!r} is not a node line; one looks like '4 nodes of 8 x H200 in racks r[01-10] of par1'"
        )
    racks = tuple(name for part in _split(match["racks"]) for name in expand(part))
    return Shape(
        int(match["nodes"] or 1),
        int(match["gpus"]),
        match["product"],
        racks,
        match["site"],
        _labels(match["labels"] or ""),
    )


def expand(pattern: str) -> Iterator[str]:
    """`r[08-10]` gives r08, r09, r10; several ranges give every combination."""
    literals = _RANGE.split(pattern)[::3]
    ranges = [_numbers(first, last) for first, last in _RANGE.findall(pattern)]
    for numbers in itertools.product(*ranges):
        yield "".join(text + number for text, number in zip(literals, (*numbers, ""), strict=True))


def _split(racks: str) -> list[str]:
    return re.split(r",(?![^\[]*\])", racks)


def _numbers(first: str, last: str) -> list[str]:
    if int(last) < int(first):
        raise ValueError(f"the range [{first}-{last}] runs backwards")
    return [str(number).zfill(len(first)) for number in range(int(first), int(last) + 1)]


def _labels(text: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in re.split(r",\s*", text) if pair)
    return {key if "/" in key else f"ampacity.io/{key}": value for key, _, value in pairs}
