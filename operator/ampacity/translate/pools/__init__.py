"""Pools: their templates and what one replica looks like."""
