"""The ledger and the grant as they are written to the API."""
