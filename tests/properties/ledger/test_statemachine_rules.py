"""What each rule of the ledger is for: without it, a search finds how something breaks (the run shows it)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.properties.ledger.instances import EVERYTHING, NEEDED, SECOND_LINE, TWO, Removal
from tests.properties.ledger.rules import Rule
from tests.properties.ledger.search import Search
from tests.tables import Show

PAGE = Path(__file__).parents[3] / "docs" / "ledger.md"


@pytest.mark.parametrize("removal", [*NEEDED, *SECOND_LINE], ids=lambda removal: removal.rule.name)
def test_without_this_rule_something_breaks(removal: Removal, show: Show) -> None:
    found = Search(removal.without_rule, frozenset({removal.breaks})).run()
    assert found is not None
    show(f"without: {removal.rule.value} ({found.states} states)\n{found}")
    assert found.broken == {removal.breaks}


@pytest.mark.parametrize("removal", SECOND_LINE, ids=lambda removal: removal.rule.name)
def test_it_is_this_rule_and_not_only_its_context(removal: Removal) -> None:
    search = Search(removal.with_rule, frozenset({removal.breaks}))
    assert search.run() is None


@pytest.mark.parametrize("rule", [removal.rule for removal in SECOND_LINE], ids=lambda rule: rule.name)
def test_a_second_line_is_not_needed_while_the_first_holds(rule: Rule) -> None:
    found = Search(replace(TWO, without=TWO.without | {rule}), EVERYTHING).run()
    assert found is None, f"\n{found}"


def test_every_rule_is_removed_here_and_explained_in_the_documentation() -> None:
    removed = {removal.rule for removal in (*NEEDED, *SECOND_LINE)}
    assert removed | {Rule.GUARD} == set(Rule)
    text = PAGE.read_text(encoding="utf-8")
    assert [rule for rule in Rule if f"| {rule.value} |" not in text] == []
