"""What this process logs and counts: ids and closed lists, never a patient's words."""
