"""The server that patients reach."""
