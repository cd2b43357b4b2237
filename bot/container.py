"""What the adapters of one process share: settings and the approved texts, each made once, at first use."""

from functools import lru_cache

from bot.analytics.questions import Asked
from bot.analytics.tables import tables
from bot.answers.gate import Gate
from bot.answers.library import Library
from bot.answers.replica import Shelf
from bot.handover.notes import Notes
from bot.handover.queue import WaitingRoom
from bot.settings import Settings
from bot.storage.database import Database
from bot.telemetry import metrics


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the settings of this process."""
    return Settings.from_env()


@lru_cache(maxsize=1)
def library() -> Library:
    """Return the approved texts of this process."""
    return Library(settings().data, production=settings().production)


@lru_cache(maxsize=1)
def shelf() -> Shelf | None:
    """Return where a cluster keeps its texts, None where the files are all there is."""
    return Shelf(settings().database, settings().data) if settings().database else None


@lru_cache(maxsize=1)
def gate() -> Gate:
    """Return the gate that every channel of this process sends through."""
    return Gate(library(), on_incident=metrics.gate_incident)


@lru_cache(maxsize=1)
def waiting_room() -> WaitingRoom | None:
    """Return where patients who want a person wait, None where there is no console for anybody to see them on."""
    staff = settings().staff
    if staff is None:
        return None
    return WaitingRoom(staff.database, keys=settings().contact_key(), days=staff.contact_days)


@lru_cache(maxsize=1)
def notes() -> Notes | None:
    """Return where notes for the waiting room are kept until it has them, None where there is none."""
    return Notes(settings().var / "notes", waiting_room) if settings().staff else None


@lru_cache(maxsize=1)
def asked() -> Asked | None:
    """Return where turns are counted, None where there is no console for anybody to see them on."""
    staff = settings().staff
    return Asked(Database(staff.database, tables)) if staff else None
