"""Adapters to Rasa's graph: they translate, the core decides."""

VARIETY, VOTE, READING, TYPED = (
    "variety",
    "vote",
    "reading",
    "typed",
)  # what the pipeline adds to a message
