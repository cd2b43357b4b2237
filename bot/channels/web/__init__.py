"""The website channel."""
