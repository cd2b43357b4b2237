"""Alembic's revisions, a folder for each store (bot/storage/migrate.py)."""
