"""Accelerator profiles, and which of them a node matches."""
