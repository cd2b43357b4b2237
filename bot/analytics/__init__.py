"""What patients ask and how they were met: counts, and questions redacted."""
