"""The test console and the marks."""
