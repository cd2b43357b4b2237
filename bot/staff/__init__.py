"""ADAPTER: the staff console, served under /staff by the same process. No patient ever reaches anything here."""
