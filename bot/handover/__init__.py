"""Who waits for a person."""
