"""Demand as measured: queries to Prometheus, beside everything else and in nobody's way."""
