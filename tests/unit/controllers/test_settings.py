"""Flags, environment and defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from ampacity.controllers.settings import Settings, SettingsError, read_settings


def test_defaults_need_nothing_but_a_name() -> None:
    settings = read_settings([], {})
    assert settings.namespace == "ampacity" and settings.http_port == 8080
    assert settings.identity != ""


def test_the_environment_is_read() -> None:
    environment = {"AMPACITY_NAMESPACE": "power", "AMPACITY_HTTP_PORT": "0", "AMPACITY_RESYNC": "2.5"}
    settings = read_settings([], environment)
    assert (settings.namespace, settings.http_port, settings.resync) == ("power", 0, 2.5)


def test_what_is_true_or_false() -> None:
    assert read_settings([], {}).fast_lane is True
    assert read_settings([], {"AMPACITY_FAST_LANE": "false"}).fast_lane is False


def test_a_flag_wins_over_the_environment() -> None:
    settings = read_settings(["--log-level", "debug"], {"AMPACITY_LOG_LEVEL": "error"})
    assert settings.log_level == "debug"


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("AMPACITY_HTTP_PORT", "http", "--http-port (AMPACITY_HTTP_PORT): 'http' is no number"),
        ("AMPACITY_LOG_FORMAT", "xml", "'xml' is not known; write json or text"),
        ("AMPACITY_FAST_LANE", "yes", "'yes' is not known; write true or false"),
        ("AMPACITY_CONCURRENCY", "0", "0 is too small; write at least 1"),
        ("AMPACITY_RESYNC", "nan", "nan is too small"),
        ("AMPACITY_CATALOGUE", "/nowhere.yaml", "/nowhere.yaml does not exist"),
        ("AMPACITY_PROMETHEUS_URL", "prometheus:9090", "write http:// or https:// and a host"),
        ("AMPACITY_PROMETHEUS_URL", "file:///etc/passwd", "write http:// or https:// and a host"),
        ("AMPACITY_PROMETHEUS_URL", "http://p:9090/?a=b", "and no query"),
    ],
)
def test_a_bad_value_names_the_flag_and_the_remedy(variable: str, value: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_settings([], {variable: value})
    assert sentence in str(error.value)


def test_help_names_every_flag_and_variable(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_settings(["--help"], {})
    text = capsys.readouterr().out
    for name in Settings.__slots__:
        assert f"--{name.replace('_', '-')}" in text
        assert f"AMPACITY_{name.upper()}" in text.replace("\n", "")


def test_a_catalogue_that_exists_is_taken(tmp_path: Path) -> None:
    assert read_settings(["--catalogue", str(tmp_path)], {}).catalogue == str(tmp_path)
