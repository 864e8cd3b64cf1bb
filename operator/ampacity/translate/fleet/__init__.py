"""Nodes: what they offer, and where they stand."""
