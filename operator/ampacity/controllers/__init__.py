"""Reconcilers: gather, plan, apply, status. kopf handlers stay thin."""
