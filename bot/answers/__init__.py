"""The vetted texts: what may be said, who signed it, and the last check before it leaves."""
