"""The tables of the waiting room, in the staff's store."""

import sqlalchemy as sa

tables = sa.MetaData(info={"store": "staff"})

waiting = sa.Table(
    "waiting",
    tables,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("sender", sa.String, nullable=False, index=True),  # the conversation's random name
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),  # one of MINUTES
    sa.Column("cause", sa.String, nullable=False),  # the rule or vote behind it
    sa.Column("variety", sa.String, nullable=False),  # the language the patient reads
    sa.Column("since", sa.Integer, nullable=False),
    sa.Column("due", sa.Integer, nullable=False),
    sa.Column("times", sa.Integer, nullable=False, server_default="1"),
    sa.Column("contact", sa.LargeBinary),  # encrypted
    # a keyed digest of where it came from, the same for a day; empty where that is not known
    sa.Column("source", sa.String, nullable=False, server_default="", index=True),
    sa.Column("more", sa.Integer, nullable=False, server_default="0"),  # from there, not listed
    sa.Column("claimed_by", sa.String),
    sa.Column("resolved_by", sa.String),
    sa.Column("resolved_at", sa.Integer, index=True),
)

notes = sa.Table(
    "waiting_notes",
    tables,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("waiting", sa.Integer, nullable=False, index=True),
    sa.Column("account", sa.String, nullable=False),
    sa.Column("at", sa.Integer, nullable=False),
    sa.Column("words", sa.LargeBinary, nullable=False),  # encrypted
)


told = sa.Table(  # alerts of a channel that are on the list
    "waiting_told",
    tables,
    sa.Column("alert", sa.String, primary_key=True),  # its digest: told twice, on the list once
    sa.Column("waiting", sa.Integer, index=True),
)
