"""Names that stand for many: `{variables}` and `[ranges]`, and the way back for people.

`h{b}{r}-[01-25]` with b = 01-10 and r = 1-5 names 1,250 racks. Variables tie
the parts of one line together (the same b in the name and in the supplier);
ranges only multiply the name. Numbers keep the width of the first one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, product
from math import prod

from ampacity.core.units import QuantityError

MAX_NAMES = 20_000
_VARIABLE = re.compile(r"\{([a-z][a-z0-9]*)\}")
_RANGE = re.compile(r"\[([^\]]*)\]")
_NUMBERED = re.compile(r"^(.*?)([0-9]+)$")


class PatternError(QuantityError):
    """A pattern that means nothing, or too much; the text says why and what to write."""


Each = Mapping[str, Sequence[str]]


def values(text: str) -> tuple[str, ...]:
    """What a range or list means: "08-10" is 08, 09, 10; "a,b" is a, b; "a-c" is a, b, c."""
    if _size(text) > MAX_NAMES:
        raise _too_many(text)
    found = [value for part in text.split(",") for value in _part(part)]
    if len(set(found)) < len(found):
        raise PatternError(f"'{text}' names something twice; write each value once")
    return tuple(found)


def used(text: str) -> tuple[str, ...]:
    """The variables in a name, each once, in order."""
    return tuple(dict.fromkeys(_VARIABLE.findall(text)))


def bindings(name: str, each: Each) -> Iterator[dict[str, str]]:
    """Every combination of values of the variables in `name`; one empty one if it has none."""
    variables = used(name)
    for variable in variables:
        if variable not in each:
            raise PatternError(
                f"'{name}' uses {{{variable}}}, which spec.each does not define; define it there"
            )
    for combination in product(*(each[variable] for variable in variables)):
        yield dict(zip(variables, combination, strict=True))


def fill(text: str, binding: Mapping[str, str]) -> str:
    """The text with its variables replaced. PatternError for one that the line's name does not have."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in binding:
            raise PatternError(
                f"'{text}' uses {{{match[1]}}}, which the name of this line does not have;"
                " use it in the name too, or write each value on its own"
            )
        return binding[match[1]]

    return _VARIABLE.sub(value, text)


def unroll(name: str) -> tuple[str, ...]:
    """Every name that the [ranges] in `name` stand for; `name` itself if it has none."""
    pieces = _RANGE.split(name)
    if len(pieces) == 1:
        return (name,)
    choices = [values(piece) if index % 2 else (piece,) for index, piece in enumerate(pieces)]
    if prod(map(len, choices)) > MAX_NAMES:
        raise _too_many(name)
    return tuple("".join(combination) for combination in product(*choices))


def count(name: str, each: Each) -> int:
    """How many names a pattern stands for, without making them."""
    ranges = prod(_size(piece) for piece in _RANGE.findall(name))
    return ranges * prod(len(each.get(variable, ())) or 1 for variable in used(name))


def compress(names: Iterable[str], limit: int = 1000) -> str:
    """Names as people would write them, "r[1-3],row-b-[01-25]", cut off with a count beyond `limit`."""
    ordered = sorted(set(names), key=_sort_key)
    groups = [(text, len(members)) for text, members in _runs(ordered)]
    shown: list[str] = []
    left = len(ordered)
    for text, size in groups:
        if shown and len(",".join([*shown, text])) > limit - 20:
            return f"{','.join(shown)} and {left} more"
        shown.append(text)
        left -= size
    return ",".join(shown)


def _size(text: str) -> int:
    """How many values a range or list has, without making them; what is no range counts as one."""
    return sum(_width(*part.partition("-")[::2]) for part in text.split(","))


def _width(first: str, last: str) -> int:
    if first.isdigit() and last.isdigit():
        return max(1, int(last) - int(first) + 1)
    letters = len(first) == len(last) == 1
    return max(1, ord(last) - ord(first) + 1) if letters else 1


def _part(part: str) -> Iterable[str]:
    first, dash, last = part.partition("-")
    if not dash:
        return (part,)
    if first.isdigit() and last.isdigit():
        return _numbers(part, first, last)
    if len(first) == len(last) == 1 and first.isalpha() and last.isalpha() and first <= last:
        return (chr(code) for code in range(ord(first), ord(last) + 1))
    raise PatternError(
        f"'{part}' is no range; write numbers or single letters, the smaller first, as in 01-10"
    )


def _numbers(part: str, first: str, last: str) -> Iterable[str]:
    if int(last) < int(first):
        raise PatternError(f"'{part}' is no range; write the smaller number first, as in 01-10")
    return (str(number).zfill(len(first)) for number in range(int(first), int(last) + 1))


def _too_many(text: str) -> PatternError:
    return PatternError(
        f"'{text}' stands for more than {MAX_NAMES:,} names; split the site, or check the range"
    )


def _sort_key(name: str) -> tuple[str, int, int]:
    match = _NUMBERED.match(name)
    return (match[1], len(match[2]), int(match[2])) if match else (name, 0, 0)


def _runs(ordered: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Names that differ only in consecutive numbers of one width, as one range each."""

    def run(indexed: tuple[int, str]) -> tuple[str, int, int]:
        prefix, width, number = _sort_key(indexed[1])
        return (prefix, width, number - indexed[0]) if width else (indexed[1], 0, -1)

    for (prefix, width, _), pairs in groupby(enumerate(ordered), key=run):
        members = [name for _, name in pairs]
        if len(members) == 1 or not width:
            yield from ((name, [name]) for name in members)
        else:
            yield f"{prefix}[{members[0][-width:]}-{members[-1][-width:]}]", members
