"""Alembic's revisions, a folder for each store (bot/schema.py)."""
