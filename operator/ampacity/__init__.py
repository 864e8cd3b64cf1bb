"""Ampacity: power and cooling as a scheduling resource for GPU clusters."""

__version__ = "0.1.0"
