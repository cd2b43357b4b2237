"""Where things are kept: one way to open a store, its shape forward and back, YAML read, files written whole."""
