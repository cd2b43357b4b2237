"""Rasa actions: side effects only (call-back requests and the like), never a reply."""
