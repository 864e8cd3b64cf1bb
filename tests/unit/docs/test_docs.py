"""The documentation names what the code has, and its links lead somewhere."""

import re
from pathlib import Path

import pytest

from ampacity.core.plan import Reason
from hack import docs

ROOT = docs.ROOT
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "examples" / "README.md"])


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_explained(reason: Reason) -> None:
    assert f"| `{reason.value}` |" in (ROOT / "docs" / "conditions.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", docs.pages(), ids=lambda path: path.name)
def test_generated_pages_are_up_to_date(path: Path) -> None:
    """`make generate` writes them."""
    assert docs.pages()[path] == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_to_files(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []
