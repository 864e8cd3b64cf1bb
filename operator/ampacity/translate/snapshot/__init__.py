"""Everything read, put together as the one snapshot that is planned on."""
