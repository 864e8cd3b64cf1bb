"""How the suite uses two cores: end-to-end tests, which mostly wait, beside all others, which mostly compute.

`make test` starts two workers (pytest-xdist). Each group runs in order in one worker, and has its own control
plane if it needs one. The computing side gives way, so that what waits for a deadline is not kept from it.
"""

import os
from pathlib import Path

import pytest

from hack.parent import die_with_parent

_WORKER = "PYTEST_XDIST_WORKER"
_TESTS = Path(__file__).parent
_NICE = 5


def pytest_configure() -> None:
    """A worker, and with it the control plane of its own, ends with the run, however that ends."""
    if _WORKER in os.environ:
        die_with_parent()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """End-to-end tests first, as they take longest; integration tests last, on the side that computes."""
    items.sort(key=lambda item: (_part(item) != "e2e", _part(item) == "integration"))
    for item in items:
        item.add_marker(pytest.mark.xdist_group("e2e" if _part(item) == "e2e" else "others"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A worker of the computing side lowers its own priority, once."""
    if _WORKER in os.environ and _part(item) != "e2e" and not os.nice(0):
        os.nice(_NICE)


def _part(item: pytest.Item) -> str:
    return item.path.relative_to(_TESTS).parts[0]
