"""Tables that tests have to show: they stand at the end of the run, whichever worker found them."""

from collections.abc import Callable

import pytest

_TABLE = "table"
Show = Callable[[object], None]


@pytest.fixture
def show(record_property: Callable[[str, object], None]) -> Show:
    """Shows a text, or anything that prints as one, once all tests have run."""
    return lambda text: record_property(_TABLE, str(text))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests showed, each under its name."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            tables = [text for name, text in getattr(report, "user_properties", ()) if name == _TABLE]
            if tables and report.when == "call":
                terminalreporter.write_sep("-", report.nodeid)
                terminalreporter.write_line("\n".join(tables))
