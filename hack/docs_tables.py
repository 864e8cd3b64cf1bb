"""Tables of docs/operations.md that are made from the code: settings and metrics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from ampacity.controllers.metrics import Metrics
from ampacity.controllers.settings import PREFIX, Settings, plain


def fill(page: str) -> str:
    """The page with each block `<!-- NAME -->...<!-- end -->` made anew. ValueError if one is missing."""
    for name, table in (("settings", _settings()), ("metrics", _metrics())):
        before, start, rest = page.partition(f"<!-- {name} -->")
        _, end, after = rest.partition("<!-- end -->")
        if not end:
            raise ValueError(f"the page has no block <!-- {name} -->")
        page = f"{before}{start}\n{table}\n{end}{after}"
    return page


def _settings() -> str:
    head = ["| variable | default | meaning |", "|---|---|---|"]
    rows = (
        f"| `{PREFIX}{item.name.upper()}` | {_code(item.default)} | {item.metadata['help']} |"
        for item in fields(Settings)
    )
    return "\n".join([*head, *rows])


def _metrics() -> str:
    head = ["| metric | labels | meaning |", "|---|---|---|"]
    return "\n".join([*head, *(f"| `{name}` | {labels} | {text} |" for name, labels, text in _families())])


def _families() -> Iterator[tuple[str, str, str]]:
    """Name, labels and meaning of every metric, in the order in which they are registered."""
    for collector in Metrics().registry._collector_to_names:
        for family in collector.collect():
            labels = getattr(collector, "_labelnames", ()) or getattr(family, "_labelnames", ())
            suffix = "_total" if family.type == "counter" else ""
            yield family.name + suffix, ", ".join(f"`{label}`" for label in labels), family.documentation


def _code(value: object) -> str:
    return f"`{plain(value)}`" if value != "" else ""
