"""Fetching: a cluster or files in, values out. Prints nothing."""
