"""What the documentation quotes is what the program prints."""

import re
from pathlib import Path

import pytest

from ampacity.cli.main import main
from hack import docs

_DEMO = docs.ROOT / "examples" / "demo"
_BLOCK = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)


def _blocks(page: str, language: str) -> list[str]:
    found = _BLOCK.findall((docs.ROOT / page).read_text(encoding="utf-8"))
    return [text for named, text in found if named == language]


def _plan(paths: list[Path], capsys: pytest.CaptureFixture[str]) -> str:
    """What `ampacity plan` prints of these files."""
    main(["plan", *(word for path in paths for word in ("-f", str(path)))])
    return capsys.readouterr().out


def test_the_bars_of_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    """They are those of the demo; `ampacity plan` foretells them to the last block."""
    bars = [line for block in _blocks("README.md", "") for line in block.splitlines() if "█" in line]
    assert len(bars) > 5
    assert set(bars) <= set(_plan([_DEMO], capsys).splitlines())


def test_the_table_of_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    [table] = [block for block in _blocks("README.md", "") if block.startswith("default/chat")]
    assert table in _plan([docs.ROOT / "examples" / "three-sites"], capsys)


@pytest.mark.parametrize("page", ["README.md", "docs/concepts.md"])
def test_the_sentence_of_the_demo(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    quoted = re.search(r"^    (.*short by.*)$", (docs.ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert quoted is not None
    assert f"    {quoted[1]}\n" in _plan([_DEMO], capsys)


def test_the_smallest_pool(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """docs/pools.md: its two files, and what it says that `ampacity plan` makes of them."""
    files = [tmp_path / "envelope.yaml", tmp_path / "pool.yaml"]
    for path, text in zip(files, _blocks("docs/pools.md", "yaml"), strict=True):
        path.write_text(text, encoding="utf-8")
    [quoted] = _blocks("docs/pools.md", "")
    assert _plan(files, capsys).startswith(quoted)
