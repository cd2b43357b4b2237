"""What a message is about: probabilities over intents, topics of its clauses, and small cues."""
