"""What Alembic runs for every command: on the connection that migrate.py hands over, in its transaction."""

from alembic import context

given = context.config.attributes


def _ours(thing: object, name: str | None, kind: str, reflected: bool, compared_to: object) -> bool:
    """Whether a table found in the database is of this store: in PostgreSQL the others stand beside it."""
    return not (kind == "table" and reflected and compared_to is None)


context.configure(
    connection=given["connection"],
    version_table=given["version_table"],
    target_metadata=given["tables"],
    include_object=_ours,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
