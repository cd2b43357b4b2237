"""What is kept of patients: as little as the conversation needs, for as long as set, theirs to take away."""
