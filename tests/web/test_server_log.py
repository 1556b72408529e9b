"""The log of a server: no client writes its lines, and a flood of one kind does not fill the disk."""

from __future__ import annotations

import logging
import re

from copark.web.server_log import LINE, MINUTE, LineFormatter, RepetitionFilter
from tests.web.conftest import TOKEN, sent_raw

FORGED = "1.2.3.4\n2026-11-29 19:00:00,000 WARNING all is well \x1b[2J\x9b31m"


def record(message: str, *values: object, error: BaseException | None = None, line: int = 1) -> logging.LogRecord:
    about = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("copark.web", logging.WARNING, __file__, line, message, values, about)


def test_a_line_of_the_log_is_one_line_without_control_characters():
    """Neither an escape that clears the screen nor a line that looks like another one."""
    try:
        raise ValueError(FORGED)
    except ValueError as error:
        written = LineFormatter(LINE).format(record("a wrong token from %s", FORGED, error=error))
    first, *rest = written.split("\n")
    assert "\\x0a2026-11-29 19:00:00,000 WARNING all is well \\x1b[2J\\x9b31m" in first
    assert all(line.startswith("  ") for line in rest)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", written)


def test_an_address_that_a_proxy_was_told_reaches_the_log_escaped(serve, caplog):
    with serve(token=TOKEN, host="0.0.0.0", proxies=("127.0.0.1",)) as client:
        headers = ((b"x-forwarded-for", b"\x1b[2Jnobody"), (b"authorization", b"Bearer wrong"))
        assert sent_raw(client, "GET", b"/api/v1/status", None, headers=headers)[0] == 401
    (line,) = (one.getMessage() for one in caplog.records if "wrong token" in one.message)
    assert "\\x1b[2Jnobody" in line
    assert line.isprintable()


def test_of_one_kind_no_more_is_written_than_somebody_would_read():
    """How many there were beyond is said with the next; other kinds are written as before."""
    now = [0.0]
    sparing = RepetitionFilter(3, clock=lambda: now[0])
    assert [sparing.filter(record("no descriptors left")) for _ in range(10)] == [True] * 3 + [False] * 7
    assert sparing.filter(record("another matter", line=2))
    now[0] = MINUTE + 1
    later = record("no descriptors left")
    assert sparing.filter(later)
    assert later.getMessage() == "no descriptors left (and 7 more of this kind before)"


def test_a_flood_of_one_error_hides_no_other_told_at_the_same_line():
    def raised(kind):
        try:
            raise kind("unexpected")
        except kind as error:
            return record("unexpected", error=error)

    sparing = RepetitionFilter(1)
    assert sparing.filter(raised(IndexError))
    assert not sparing.filter(raised(IndexError))
    assert sparing.filter(raised(TypeError))
