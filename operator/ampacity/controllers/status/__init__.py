"""Statuses of our kinds: pure builders, and the writer that bounds how often they are written."""
