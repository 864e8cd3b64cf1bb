"""The pure core: integers and frozen values in, decisions out.

No clock, client, logging, randomness or I/O; the import linter proves it.
Read in this order: `units`, `load`, `site`, `rows`, `snapshot`, `plan`,
`placement`, `distribution`, `ledger`.
"""
