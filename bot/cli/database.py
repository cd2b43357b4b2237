"""`jawab database`: the shape of the stores, forward and back (bot/storage/migrate.py)."""

from typing import Annotated

import sqlalchemy as sa
import typer

from bot.container import settings
from bot.errors import BotError
from bot.storage import migrate
from bot.storage.database import open_engine

app = typer.Typer(
    help="The shape of the stores: where it stands, forward, back, and a new revision.",
    no_args_is_help=True,
)
Store = Annotated[str, typer.Argument(help=", ".join(migrate.STORES))]


@app.command()
def status() -> None:
    """Tell at which revision every store is, and which is today's."""
    for store in migrate.STORES:
        with _engine(store).connect() as connection:
            typer.echo(
                f"{store}: {migrate.at(connection, store) or 'not made yet'}, today's is {migrate.head(store)}"
            )


@app.command()
def upgrade() -> None:
    """Bring every store to today's shape; a starting bot does the same."""
    for store in migrate.STORES:
        migrate.upgrade(_engine(store), store)
    status()


@app.command()
def downgrade(
    store: Store, revision: Annotated[str, typer.Argument(help="such as 0001, or base for nothing")]
) -> None:
    """Take one store back to an earlier revision. Stop every bot first: a running one has today's shape in mind."""
    migrate.downgrade(_engine(store), store, revision)
    status()


@app.command()
def revise(
    store: Store, message: Annotated[str, typer.Argument(help="what changes, as a sentence")]
) -> None:
    """Write the revision that brings a store to the tables as the program has them now, for a developer to read."""
    from bot.cli.all_tables import tables

    memory = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    migrate.upgrade(memory, store)
    with memory.begin() as connection:
        typer.echo(migrate.revise(store, connection, tables()[store], message))


def _engine(store: str) -> sa.engine.Engine:
    if store not in migrate.STORES:
        raise BotError(f"{store}: no such store; they are {', '.join(migrate.STORES)}")
    return open_engine(settings().address(store))
