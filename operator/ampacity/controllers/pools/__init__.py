"""Pools to Deployments: how they should be (blueprint, desired), are (current), and get there (apply)."""
