"""What to do about a message, given what was said before: pure functions over plain data."""
