"""What `make compare` is made of: one set of folds, candidates behind one interface, and figures on what they say."""
