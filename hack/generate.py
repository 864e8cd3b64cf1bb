"""Writes every generated file: CRDs, their copies in the chart, the chart's catalogue.

`python -m hack.generate` writes; `--check` writes nothing, prints what differs
and exits 1 if anything does.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from hack.generation.files import generated

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("crds", "charts/ampacity/templates/crds")


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if a file is not up to date"
    )
    check = parser.parse_args(arguments).check
    wanted = generated()
    return report(wanted, ROOT) if check else write(wanted, ROOT)


def write(wanted: dict[str, str], root: Path) -> int:
    """Writes all files and removes stale ones beside them."""
    for path in stale(wanted, root):
        path.unlink()
    for name, text in wanted.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def report(wanted: dict[str, str], root: Path) -> int:
    """Prints the differences between what is and what would be written; 1 if there are any."""
    different = [line for name, text in wanted.items() for line in _difference(root / name, name, text)]
    different += [f"{path.relative_to(root)}: nothing generates this file" for path in stale(wanted, root)]
    if different:
        print(*different, "run `make generate` and commit the result", sep="\n")
    return 1 if different else 0


def stale(wanted: dict[str, str], root: Path) -> list[Path]:
    """Files in generated folders that nothing generates any more."""
    present = [path for folder in FOLDERS for path in sorted((root / folder).glob("*.yaml"))]
    return [path for path in present if str(path.relative_to(root)) not in wanted]


def _difference(path: Path, name: str, text: str) -> list[str]:
    present = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = difflib.unified_diff(
        present.splitlines(), text.splitlines(), name, f"{name} (generated)", lineterm=""
    )
    return list(lines)


if __name__ == "__main__":
    sys.exit(main())
