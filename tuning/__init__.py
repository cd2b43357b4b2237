"""Tunes multilingual-e5-small on `data/nlu` and writes `data/encoder`; the only place that needs torch."""
