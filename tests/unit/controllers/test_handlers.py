"""How kopf runs beside our loop."""

from __future__ import annotations

import itertools

from ampacity.controllers.handlers import EndlessBackoff, operator_settings


def test_the_backoff_never_ends_and_begins_anew_each_time() -> None:
    backoff = EndlessBackoff(longest=4)
    assert list(itertools.islice(backoff, 6)) == [0.5, 1, 2, 4, 4, 4]
    assert next(iter(backoff)) == 0.5


def test_kopf_writes_nothing_and_never_gives_up() -> None:
    settings = operator_settings()
    assert not settings.posting.enabled and settings.peering.standalone
    assert isinstance(settings.networking.error_backoffs, EndlessBackoff)
    assert settings.scanning.disabled
