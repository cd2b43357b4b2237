"""What patients asked, as tables of the staff store: numbers, and redacted questions without a good answer."""

import sqlalchemy as sa

tables = sa.MetaData(info={"store": "staff"})

asked_counts = sa.Table(  # what patients asked, as numbers: no conversation, no word
    "asked_counts",
    tables,
    sa.Column(
        "kind", sa.String, primary_key=True
    ),  # what is counted: action, topic, doubt or cause
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("variety", sa.String, primary_key=True),
    sa.Column("name", sa.String, primary_key=True),  # which one
    sa.Column("count", sa.Integer, nullable=False),
    sqlite_with_rowid=False,  # rows lie in the order they are read in
)

asked_questions = sa.Table(  # what the bot had no good answer to, redacted
    "asked_questions",
    tables,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Integer, nullable=False, index=True),
    sa.Column(
        "sender", sa.String, nullable=False, index=True
    ),  # the conversation's random name: to erase it by
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("variety", sa.String, nullable=False),
    sa.Column(
        "doubt", sa.String, nullable=False
    ),  # why it is kept: unanswered, clarified or unsure
    sa.Column(
        "cause", sa.String, nullable=False
    ),  # what the classifier took it for, or what else decided
    sa.Column("words", sa.String, nullable=False),
)
