"""docs/conditions.md has every condition type and reason that the code can write, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from ampacity.core.distribution.answer import Short
from ampacity.core.distribution.eligibility import Bar
from ampacity.core.plan import Reason
from hack import docs

_PACKAGE = docs.ROOT / "operator" / "ampacity"
_WORD = re.compile(r"(?:[A-Z][a-z]+)+")
_CELL = re.compile(r"\s*`[A-Za-z]+`(?:, `[A-Za-z]+`)*\s*")
_OBJECTS = {"True", "False", "Node", "Rack", "Pod"}
"""Words in CamelCase that are no reasons: statuses, and the kinds of things that a note is about."""


def test_every_word_of_the_code_is_on_the_page() -> None:
    """On pods, pools, envelopes and profiles, and in the notes that become conditions of envelopes."""
    assert _written() - set(re.findall(r"`([A-Za-z]+)`", _page())) == set()


def test_every_reason_of_unserved_demand_is_on_the_page() -> None:
    every = {one.value for kind in (Short, Bar) for one in kind}
    assert every - {Short.ENOUGH.value} <= set(_tabled())


def test_every_word_of_the_tables_is_in_the_code() -> None:
    reasons = {one.value for kind in (Reason, Short, Bar) for one in kind}
    assert set(_tabled()) - _OBJECTS - _written() - reasons == set()


def _page() -> str:
    return (docs.ROOT / "docs" / "conditions.md").read_text(encoding="utf-8")


def _tabled() -> Iterator[str]:
    """Words in the cells that hold nothing but words: type, status and reason."""
    for line in _page().splitlines():
        for cell in filter(_CELL.fullmatch, line.split("|")):
            yield from re.findall(r"[A-Za-z]+", cell)


def _written() -> set[str]:
    """CamelCase texts of the modules that make conditions and notes."""
    status = [*(_PACKAGE / "controllers" / "status").glob("*.py"), _PACKAGE / "cluster" / "conditions.py"]
    notes = [path for path in _PACKAGE.rglob("*.py") if _makes_notes(path)]
    texts = {text for path in (*status, *notes) for text in _texts(path)}
    return {text for text in texts if _WORD.fullmatch(text)} - _OBJECTS


def _makes_notes(path: Path) -> bool:
    calls = (node for node in ast.walk(_tree(path)) if isinstance(node, ast.Call))
    return any(isinstance(call.func, ast.Name) and call.func.id == "Note" for call in calls)


def _texts(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
