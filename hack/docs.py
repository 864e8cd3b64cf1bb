"""Render what docs/ says of the code: every field (resources.md), settings and metrics (operations.md).

Run by `make generate` after the CRDs are written; `make verify` fails if the
result differs from what is committed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from hack import docs_tables

ROOT = Path(__file__).resolve().parent.parent
RESOURCES = ROOT / "docs" / "resources.md"
OPERATIONS = ROOT / "docs" / "operations.md"

INTRO = """# Resources

Every field of every kind. This page is generated from `crds/`; `kubectl explain KIND.spec` says the same.

A field marked **\\*** must be given. Power is written with its unit (`130kW`, `1.2MW`, `700W`), a share as
`55%`. The API server refuses what it can see to be wrong; what only the operator can see (a supplier that
does not exist, a cycle) shows as condition `Stalled` with the field's path and the remedy.
"""

Schema = dict[str, Any]
Row = tuple[str, str, str]


def main() -> None:
    """Write the pages."""
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


def pages() -> dict[Path, str]:
    """Every page with something generated in it, as it should be."""
    return {
        RESOURCES: render(sorted((ROOT / "crds").glob("*.yaml"))),
        OPERATIONS: docs_tables.fill(OPERATIONS.read_text(encoding="utf-8")),
    }


def render(paths: list[Path]) -> str:
    """The whole page for the CRD files, one section a kind."""
    documents = [
        document for path in paths for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    ]
    crds = [document for document in documents if document["kind"] == "CustomResourceDefinition"]
    return "\n".join([INTRO, *(_kind(crd) for crd in crds)])


def _kind(crd: Schema) -> str:
    names, version = crd["spec"]["names"], crd["spec"]["versions"][0]
    schema = version["schema"]["openAPIV3Schema"]
    facts = [f"`{crd['spec']['group']}/{version['name']}`", crd["spec"]["scope"].lower()]
    facts += [f"short name `{short}`" for short in names.get("shortNames", ())]
    parts = [f"## {names['kind']}", ", ".join(facts), _text(schema)]
    for section in ("spec", "status"):
        rows = list(_rows(schema["properties"].get(section, {}), section))
        parts += [f"### {names['kind']} {section}", _table(rows)] if rows else []
    return "\n\n".join(part for part in parts if part) + "\n"


def _rows(schema: Schema, path: str) -> Iterator[Row]:
    required = set(schema.get("required", ()))
    for name, child in schema.get("properties", {}).items():
        here = f"{path}.{name}"
        yield f"`{here}`" + (" **\\***" if name in required else ""), _type(child), _text(child)
        yield from _rows(*_inner(child, here))


def _inner(schema: Schema, path: str) -> tuple[Schema, str]:
    """What lies below a field: itself, the items of a list, or the values of a map."""
    if schema.get("type") == "array":
        return schema.get("items", {}), f"{path}[]"
    extra = schema.get("additionalProperties")
    return (extra, f"{path}.KEY") if isinstance(extra, dict) else (schema, path)


def _type(schema: Schema) -> str:
    if schema.get("x-kubernetes-int-or-string"):
        return "integer or string"
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    extra = schema.get("additionalProperties")
    return f"map of {_type(extra)}" if isinstance(extra, dict) else kind


def _text(schema: Schema) -> str:
    said = " ".join(str(schema.get("description", "")).split())
    if "enum" in schema:
        said += f" One of {', '.join(f'`{value}`' for value in schema['enum'])}."
    if "default" in schema and "Default" not in said:
        said += f" Default `{_plain(schema['default'])}`."
    return said.strip().replace("|", "\\|")


def _plain(value: object) -> str:
    return yaml.safe_dump(value, default_flow_style=True, width=1000).removesuffix("...\n").strip()


def _table(rows: list[Row]) -> str:
    head = ["| field | type | meaning |", "|---|---|---|"]
    return "\n".join(head + [f"| {field} | {kind} | {text} |" for field, kind, text in rows])


if __name__ == "__main__":
    main()
