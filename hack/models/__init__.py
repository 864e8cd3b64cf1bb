"""Estimates of what models do on accelerators, for the catalogue of ModelProfiles."""
