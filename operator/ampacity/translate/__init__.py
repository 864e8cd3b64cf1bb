"""Kubernetes objects (plain dicts) and API models to core values, and back. Pure."""
