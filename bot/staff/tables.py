"""The console's tables: who may sign in, who is signed in, and everything anybody did."""

import sqlalchemy as sa

tables = sa.MetaData(info={"store": "staff"})

accounts = sa.Table(
    "accounts",
    tables,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("password", sa.String),  # argon2; None until the set-up link was used
    sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.false()),
    # who made the link that its password was chosen with, until its owner says that it was them
    sa.Column("confirm", sa.String),
    sa.Column("made", sa.Integer, nullable=False),
)

links = sa.Table(  # one-time links to choose a password with
    "links",
    tables,
    sa.Column(
        "digest", sa.String, primary_key=True
    ),  # SHA-256 of the token: a copy of the file opens nothing
    sa.Column("account", sa.String),  # None: the first admin, who chooses a name too
    sa.Column("expires", sa.Integer, nullable=False),
    sa.Column("made_by", sa.String),  # an account, or "terminal"
)

attempts = sa.Table(  # wrong passwords, by where they came from
    "attempts",
    tables,
    sa.Column("place", sa.String, primary_key=True),  # a digest of name and address, or of a device
    sa.Column("account", sa.String, index=True),  # None: a name nobody has
    sa.Column("wrong", sa.Integer, nullable=False),
    sa.Column("at", sa.Integer, nullable=False, index=True),
)

devices = sa.Table(  # what somebody signed in from before
    "devices",
    tables,
    sa.Column("digest", sa.String, primary_key=True),
    sa.Column("account", sa.String, primary_key=True, index=True),
    sa.Column("at", sa.Integer, nullable=False),
)

sessions = sa.Table(
    "sessions",
    tables,
    sa.Column("digest", sa.String, primary_key=True),
    sa.Column("account", sa.String, nullable=False, index=True),
    sa.Column("csrf", sa.String, nullable=False),
    sa.Column("seen", sa.Integer, nullable=False),
    sa.Column("expires", sa.Integer, nullable=False),
)

audit = sa.Table(  # only ever added to
    "audit",
    tables,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Integer, nullable=False),
    sa.Column("account", sa.String, nullable=False),  # a name, or "terminal"
    sa.Column("act", sa.String, nullable=False),
    sa.Column(
        "subject", sa.String, nullable=False
    ),  # an account, a text, a row: never a patient's words
)

outcomes = sa.Table(  # what became of a message the last time it was in a list
    "outcomes",
    tables,
    sa.Column(
        "digest", sa.String, primary_key=True
    ),  # SHA-256 of the message: its words are not kept
    sa.Column("outcome", sa.String, nullable=False),
    sa.Column("at", sa.Integer, nullable=False),
)

drafts = sa.Table(  # who saved a text last, on its page
    "drafts",
    tables,
    sa.Column("text", sa.String, primary_key=True),
    sa.Column("seen", sa.String, nullable=False),  # hash of exactly what was saved
    sa.Column("account", sa.String, nullable=False),
    sa.Column("at", sa.Integer, nullable=False),
)

marks = sa.Table(  # what reviewers say of answers; no conversation is named
    "marks",
    tables,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Integer, nullable=False),
    sa.Column("account", sa.String, nullable=False),
    sa.Column("text", sa.String, nullable=False),  # redacted
    sa.Column("variety", sa.String, nullable=False),
    sa.Column("action", sa.String, nullable=False),  # what was done
    sa.Column("topics", sa.String, nullable=False),
    sa.Column(
        "wanted_action", sa.String, nullable=False
    ),  # what should have been done; the same where it was right
    sa.Column("wanted_topics", sa.String, nullable=False),
    sa.Column("intent", sa.String),
    sa.Column("alone", sa.Boolean, nullable=False),
    sa.Column("right", sa.Boolean, nullable=False),
)

signatures = sa.Table(  # the first of two on a contested text; gone with the second
    "signatures",
    tables,
    sa.Column("text", sa.String, primary_key=True),
    sa.Column("seen", sa.String, nullable=False),  # hash of exactly what was signed
    sa.Column("account", sa.String, nullable=False),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("at", sa.Integer, nullable=False),
)
