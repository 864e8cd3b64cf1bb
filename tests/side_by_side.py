"""How the suite uses two cores: two workers (pytest-xdist), each with a control plane of its own.

Each is given the next test when it has done one, in this order: end-to-end tests first, which mostly wait,
then what computes, then integration tests.
"""

import os
from pathlib import Path

import pytest

from hack.parent import die_with_parent

_TESTS = Path(__file__).parent


def pytest_configure() -> None:
    """A worker, and with it the control plane of its own, ends with the run, however that ends."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        die_with_parent()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no worker is left with them at the end."""
    items.sort(key=lambda item: (_part(item) != "e2e", _part(item) == "integration"))


def _part(item: pytest.Item) -> str:
    return item.path.relative_to(_TESTS).parts[0]
