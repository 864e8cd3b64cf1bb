"""Pods: what they ask for, hold and are bound by."""
