"""Damage to valid objects: what typing errors, broken generators and ill will make of them.

Each mutation changes one place of a JSON tree. `mutated` applies one to three and
gives the text to send, since some of it (a key twice, 1e400) cannot be told in
Python's own values.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

Json = dict[str, Any]
Path = tuple[str | int, ...]

QUANTITIES = (
    "13OkW", "-5kW", "1e400W", "400", "5 kW", "5KW", "kW", "NaN", "\u221ekW", "\u0663kW", "0.0000000001W",
    "4.1GW", "999999999W", "999x3.9GW", "0x5kW", "100.1%", "-0%", "5k", "1e9", "9999Ei", "8E", "0.5", "100m",
    "0W", "3.999GW", "999x0.1W",
)  # fmt: skip
TEXTS = (
    "", " ", "\u0000", "\u202eabc", "\u00e9" * 40, "x" * 70, "\U0001d54f", "a/b/c", "../..", "null", "${x}",
    "[1-3]", "{rack}", "{nobody}", "[3-1]", "[a-z][a-z][a-z][a-z]", "r[1-20000]x[1-20000]", "*", "?", "-",
    "<b>", "'; --", "normal", "true", "\u65e5\u672c\u8a9e", "\ud800",
)  # fmt: skip
NUMBERS = (0, -1, 1, 3, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 2**64, 0.1, 1e308, -0.0, 100_000, 64, 65)
DEEP = '{"a":' * 3000 + "1" + "}" * 3000
_RAW = {
    "@@huge@@": "1e400",
    "@@digits@@": "9" * 400,
    "@@long@@": '"' + "y" * 100_000 + '"',
    "@@deep@@": DEEP,
}
_DEEP = 25

Change = Callable[[Random, Any], Any]
"""A new value for an old one."""


def mutated(whole: Json, rng: Random) -> str:
    """`whole`, damaged in one to three places, as JSON text; its name stays."""
    broken = deepcopy(whole)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        paths = _paths(broken)
        if paths:
            _damage(broken, rng.choice(paths), rng)
    text = json.dumps(broken)
    for mark, raw in _RAW.items():
        text = text.replace(f'"{mark}"', raw)
    return _with_a_key_twice(text, rng) if rng.random() < 0.02 else text


def _paths(whole: Json) -> list[Path]:
    """Every place in the object but its kind, version and name."""
    kept = {("kind",), ("apiVersion",), ("metadata",), ("metadata", "name")}
    found = [path for path in _below(whole, ()) if path not in kept]
    return found + [path for path in found if len(path) > 2]


def _below(value: Any, path: Path) -> list[Path]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, entry in inner for found in [(*path, key), *_below(entry, (*path, key))]]


def _damage(whole: Json, path: Path, rng: Random) -> None:
    parent: Any = whole
    for key in path[:-1]:
        parent = parent[key]
    last = path[-1]
    kind = rng.random()
    if kind < 0.15:
        del parent[last]
    elif kind < 0.22 and isinstance(parent, dict):
        parent[_misspelt(str(last), rng)] = parent.pop(last)
    elif kind < 0.27 and isinstance(parent, list):
        parent += [deepcopy(parent[last])] * rng.choice((1, 3, 70))
    else:
        parent[last] = rng.choice(_CHANGES)(rng, parent[last])


def _misspelt(key: str, rng: Random) -> str:
    return rng.choice((key.upper(), key + "s", key[::-1], key[:-1] or "x", "\u00e9", f"{key}.{key}", ""))


def _retyped(rng: Random, old: Any) -> Any:
    return rng.choice((None, True, 0, "", [], {}, [old], {"name": old}, str(old), json.dumps(old), [[old]]))


def _nested(rng: Random, old: Any) -> Any:
    for _ in range(_DEEP):
        old = rng.choice(({"a": old}, [old]))
    return old


def _blown_up(rng: Random, old: Any) -> Any:
    if isinstance(old, list) and old:
        return [deepcopy(item) for item in old for _ in range(40)]
    if isinstance(old, dict):
        return old | {f"k{number}": str(number) for number in range(70)}
    return rng.choice(("@@huge@@", "@@digits@@", "@@long@@", "@@deep@@"))


def _edited(rng: Random, old: Any) -> Any:
    """A text with one character wrong."""
    text = str(old)
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice("0O9l-. \u00e9{}[]%") + text[at + rng.choice((0, 1)) :]


_CHANGES: tuple[Change, ...] = (
    _retyped,
    _retyped,
    _nested,
    _blown_up,
    _edited,
    _edited,
    lambda rng, _: rng.choice(QUANTITIES),
    lambda rng, _: rng.choice(QUANTITIES),
    lambda rng, _: rng.choice(TEXTS),
    lambda rng, _: rng.choice(TEXTS),
    lambda rng, _: rng.choice(NUMBERS),
)


def _with_a_key_twice(text: str, rng: Random) -> str:
    """The first field of the spec stated a second time, differently."""
    head, spec, tail = text.partition('"spec": {"')
    key = tail.partition('"')[0]
    return f'{head}{spec}{key}": {rng.choice(("1", "null", "[]"))}, "{tail}' if spec else text
