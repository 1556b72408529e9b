"""The log of a server: lines that no client can forge, and no more of a kind than somebody would read."""

import logging
import sys
import time
import traceback
from collections.abc import Callable, Hashable
from types import TracebackType

from copark.errors import printable

MOST = 30
"""Lines of a kind in a minute."""
MINUTE = 60.0
LINE = "%(asctime)s %(levelname)s %(message)s"


class LineFormatter(logging.Formatter):
    """Formats a record as one line, control characters escaped; lines of a traceback follow, indented."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is that of the library
        """Return the line of a record."""
        return printable(super().formatMessage(record))

    def formatException(  # noqa: N802 - the name is that of the library
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """Return the lines of a traceback."""
        return "\n".join(f"  {printable(line)}" for line in super().formatException(ei).splitlines())


class RepetitionFilter(logging.Filter):
    """Passes so many records of a kind each minute, and writes how many there were beyond.

    Records are of a kind where they come from one place in the code and tell of the same error, raised in one place: a
    flood of one error hides no other.

    Parameters
    ----------
    most
        Records of a kind in a minute.
    clock
        Seconds.
    """

    def __init__(self, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.most = most
        self.clock = clock
        self._counted: dict[Hashable, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is to be written."""
        kind = kind_of(record)
        now = self.clock()
        begun, count = self._counted.get(kind, (now, 0))
        if now - begun >= MINUTE:
            if count > self.most:
                record.msg = f"{record.getMessage()} (and {count - self.most:,} more of this kind before)"
                record.args = ()
            begun = now
            count = 0
        self._counted[kind] = begun, count + 1
        return count < self.most


def kind_of(record: logging.LogRecord) -> Hashable:
    """Return where a record was logged and, of an error, its type and the place where it was raised."""
    place = record.pathname, record.lineno
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return place
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    return place, type(error), frames[-1] if frames else None


def begin_log() -> None:
    """Write whatever is logged to standard error, in such lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter(LINE))
    handler.addFilter(RepetitionFilter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
