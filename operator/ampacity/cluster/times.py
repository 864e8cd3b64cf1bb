"""Wall-clock time, for people and for fields of the API; nothing is decided by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def utcnow() -> datetime:
    """Now."""
    return datetime.now(UTC)


def micro_time(at: datetime) -> str:
    """A MicroTime of the Kubernetes API."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seconds_time(at: datetime) -> str:
    """A Time of the Kubernetes API."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_now(seconds: float) -> str:
    """That moment, for people: the clock on the wall may jump, and only this text with it."""
    return seconds_time(utcnow() + timedelta(seconds=seconds))
