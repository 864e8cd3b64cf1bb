"""Envelopes as sites: patterns opened, capacities worked out."""
