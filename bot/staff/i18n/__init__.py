"""The console in English and Urdu."""
