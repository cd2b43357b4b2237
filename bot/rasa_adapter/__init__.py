"""Rasa: the only folder that knows its insides (README.md here)."""
