"""Where the project lies, so that every command works from any folder."""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
MARKS = ("config.yml", "domain.yml", "data/dialogue.yml")  # by which a project's folder is known


def project() -> Path:
    """Return the project's folder: the one we stand in where it is one, else the one this code lies in.

    Every command so works from any folder. In the project itself paths stay short, as people write them.
    """
    try:
        stands_in_it = all(Path(name).exists() for name in MARKS)
    except OSError:  # the folder we stand in is gone
        stands_in_it = False
    return Path() if stands_in_it else PACKAGE


def at(path: str | Path) -> Path:
    """Return where `path` is: as it stands where it is absolute, else below the project's folder."""
    return project() / path


def lexicon() -> Path:
    """Return the folder of character tables, spellings and cues that this code was made with."""
    return at("data/lexicon")


def make_private(folder: Path) -> None:
    """Make a folder that only its owner may look into, or close the one that is there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_uid == os.getuid():
        folder.chmod(0o700)
