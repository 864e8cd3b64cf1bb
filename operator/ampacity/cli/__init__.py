"""The `ampacity` command: plan, top, explain, audit. Fetching and printing are separate files."""
