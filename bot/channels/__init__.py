"""Adapters to the outside: how messages come in and how approved ones leave."""
