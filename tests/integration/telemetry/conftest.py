"""A real Prometheus for the tests here."""

from tests.metered import prometheus_program

__all__ = ["prometheus_program"]
