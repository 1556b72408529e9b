"""Files and folders of the moment: whose they are is in their names, so that no server takes those of another."""

import hashlib
import re
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from copark.store.database.heartbeat import born, here, is_running
from copark.store.garbage import age_of

NOBODYS = 3600.0
"""Seconds without a change after which scratch counts as left behind whose process cannot be asked after from here."""
WRITTEN_BY = re.compile(r"-(?P<host>[0-9a-f]{8})-(?P<pid>\d+)-(?P<born>[0-9a-f]{8})-[0-9a-f]{16}$")


def scratch_name(begin: str) -> str:
    """Name of scratch that says whose it is: marks of the machine and of when its process began, and its number."""
    me = here()
    return f"{begin}{_mark(me.host)}-{me.pid}-{_mark(me.born)}-{secrets.token_hex(8)}"


def sweep_scratch(paths: Iterable[Path]) -> None:
    """Take away scratch that servers which are gone have left; what living ones work on stays."""
    for path in paths:
        with suppress(OSError):  # taken away by somebody else meanwhile, or not ours to take
            if not _is_left(path):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()


def _is_left(path: Path) -> bool:
    """Whether who wrote it is gone; where that cannot be asked from here, whether nothing changed for long."""
    by = WRITTEN_BY.search(path.name)
    if by is not None and by["host"] == _mark(here().host):
        return not is_running(int(by["pid"])) or _mark(born(int(by["pid"]))) != by["born"]
    return age_of(path) > NOBODYS


def _mark(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()[:8]
