"""Strings in, strings out: normal forms, spelling, and which variety a message is written in."""
