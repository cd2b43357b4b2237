"""May this message be answered, and if not, what is said instead."""
