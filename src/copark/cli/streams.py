"""``-`` where a file is read or written: standard input and output.

What is read is put into a file of its own for as long as the command runs, so that a workbook is read like any other;
what is written goes out whole, when it is done.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory

from typer import BadParameter

from copark.cli.output import output
from copark.errors import RunRefused
from copark.texts import text

STREAM = "-"
"""Name that stands for standard input where a file is read, and for standard output where one is written."""
MOST_BYTES = 1_000_000_000
"""Most that is read from standard input."""
ZIPPED = b"PK\x03\x04"
BINARY = frozenset({".xlsx", ".docx", ".pptx", ".pdf", ".zip", ".nc", ".dta", ".parquet"})
"""Endings of files that a terminal cannot show."""


class _Held:
    """Holds the folder of what was read, until the command ends."""

    folders = ExitStack()


def release() -> None:
    """Remove what was read from standard input."""
    _Held.folders.close()


def is_stream(path: Path | str | None) -> bool:
    """Return whether a path stands for standard input or output."""
    return str(path) == STREAM


def readable(path: Path, kind: str) -> Path:
    """Return a file to read: the one that is named, or one with what stands on standard input.

    Parameters
    ----------
    path
        The file; ``-`` for standard input.
    kind
        Ending of the file where its content is text, such as ``.yaml``; a workbook and an archive are known by theirs.

    Raises
    ------
    RunRefused
        If there is more on standard input than is read.
    """
    if not is_stream(path):
        return path
    folder = Path(_Held.folders.enter_context(TemporaryDirectory(prefix="copark-")))
    raw = folder / "raw"
    stream = getattr(sys.stdin, "buffer", sys.stdin)
    with raw.open("wb") as target:
        content = b"" if stream is None else stream.read(MOST_BYTES + 1)
        target.write(content if isinstance(content, bytes) else content.encode("utf-8"))
    if raw.stat().st_size > MOST_BYTES:
        raise RunRefused.of("cli.stdin_too_large", most=MOST_BYTES // 1_000_000)
    return raw.rename(folder / f"stdin{_ending(raw, kind)}")


def _ending(path: Path, kind: str) -> str:
    """Return the ending of a file by its first bytes."""
    with path.open("rb") as stream:
        if stream.read(len(ZIPPED)) != ZIPPED:
            return kind
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(path) as archive:
            return ".xlsx" if "xl/workbook.xml" in archive.namelist() else ".zip"
    except (BadZipFile, OSError, ValueError):
        return ".zip"


@contextmanager
def writable(path: Path, ending: str) -> Iterator[Path]:
    """Yield a file to write: the one that is named, or one that goes to standard output when the block ends well.

    Parameters
    ----------
    path
        The file; ``-`` for standard output, to which nothing else is written then.
    ending
        Ending of the file, such as ``.csv``.

    Raises
    ------
    typer.BadParameter
        If standard output is to be JSON as well.
    RunRefused
        If standard output is a terminal, and the file is none to be read there.
    """
    if not is_stream(path):
        yield path
        return
    if output().is_json:
        raise BadParameter(text("cli.wrong.two_outputs", output().lang))
    if ending in BINARY and sys.stdout.isatty():
        raise RunRefused(text("cli.binary_on_terminal", output().lang, form=ending.lstrip(".")))
    output().holds_file = True
    with TemporaryDirectory(prefix="copark-") as folder:
        target = Path(folder) / f"stdout{ending}"
        yield target
        sys.stdout.flush()
        binary = getattr(sys.stdout, "buffer", None)
        with target.open("rb") as content:
            if binary is None:
                sys.stdout.write(content.read().decode("utf-8", "replace"))
            else:
                copyfileobj(content, binary)
                binary.flush()
