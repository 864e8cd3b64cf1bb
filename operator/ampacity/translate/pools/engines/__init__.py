"""Model servers as pods: one file an engine."""
