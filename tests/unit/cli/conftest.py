"""A cluster that is only its lists."""

import pytest

from ampacity.cli import clusters
from ampacity.cli.fetch.live import read_live
from tests.unit.cli.lists import objects


@pytest.fixture
def cluster(monkeypatch):
    """Makes the commands see these lists."""

    def see(**lists):
        live = read_live(objects(**lists))
        monkeypatch.setattr(clusters, "look", lambda options: live)
        return live

    return see
