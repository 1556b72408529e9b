"""What an output folder is called on a server that several machines share: a word of its own, kept in the folder.

A path does not name a folder there: another machine may have another one of the same path, and may reach this very one
by another path. Nor does a machine: containers change theirs. The word goes where the folder goes.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from copark.store.atomic import flush
from copark.store.database.session import Session

NAME = ".copark-place"
WORD = re.compile(r"[0-9a-f]{32}")
TABLES = ("runs", "executions", "asked", "jobs")


def word_in(folder: Path) -> str | None:
    """The word of a folder, if it has one."""
    try:
        found = (folder / NAME).read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    return found if WORD.fullmatch(found) else None


def settle(session: Session, folder: Path) -> str:
    """Give a folder its word, and what was entered under its path to the word; of several at once one does it.

    Parameters
    ----------
    session
        A transaction that writes.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    word, made = secrets.token_hex(16), folder / f"{NAME}-{secrets.token_hex(4)}"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        made.write_text(f"{word}\n", encoding="ascii")
        flush(made)
        is_first = _published(made, folder / NAME)
    finally:
        made.unlink(missing_ok=True)
    if is_first:
        for table in TABLES:
            statement = f"UPDATE {table} SET place = :word WHERE place = :path"  # noqa: S608 - names of tables
            session.execute(statement, {"word": word, "path": str(folder.resolve())})
    return word if is_first else word_in(folder) or word


def _published(made: Path, target: Path) -> bool:
    """Give a finished file its name, unless there is a sound one; whether there was none."""
    try:
        os.link(made, target)
    except OSError:  # it is there, or the file system has no links
        if word_in(target.parent) is not None:
            return False
        made.replace(target)
    return True
