"""Servers that are started at once, or in a database that is not theirs: one message each, and nothing is touched."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.database.others import dump, fill_foreign

pytestmark = pytest.mark.long
SOURCE = Path(__file__).resolve().parents[2] / "src"
PROGRAM = "import sys; from copark.cli import main; sys.stdin.read(1); main()"


@contextmanager
def waiting_server(data, port=0):
    """A server that begins when it is told so, and ends with the test."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    options = ["--port", str(port), "--out", str(data), "--threads", "1", "--lang", "en"]
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, "serve", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def started_at_once(*places):
    """Start servers at once; output and errors of those that ended by themselves, and how many serve."""
    with ExitStack() as held:
        processes = [held.enter_context(waiting_server(*place)) for place in places]
        for process in processes:
            process.stdin.write("x")
            process.stdin.flush()
        losers, winners = [], []
        for process in processes:
            address = next((line for line in process.stdout if "http://" in line), None)
            (losers if address is None else winners).append(process)
        for process in winners:
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) in (0, 143)
            assert "Traceback" not in process.stderr.read()
        return len(winners), [(process.wait(30), process.stderr.read()) for process in losers]


def is_one_message(errors, words):
    return "Traceback" not in errors and len(re.findall(words, errors)) == 1 and len(errors.splitlines()) <= 4


def test_of_servers_of_a_folder_started_at_once_one_serves_and_the_others_say_why(tmp_path):
    serving, losers = started_at_once(*[(tmp_path / "out",)] * 3)
    assert serving == 1
    assert len(losers) == 2
    for code, errors in losers:
        assert code == 1
        assert is_one_message(errors, "Another server is using this folder"), errors


def test_of_servers_at_a_port_started_at_once_one_serves_and_the_others_say_why(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serving, losers = started_at_once(*((tmp_path / str(n), port) for n in range(3)))
    assert serving == 1
    assert len(losers) == 2
    for code, errors in losers:
        assert code == 1
        assert is_one_message(errors, str(port)), errors


def test_servers_of_several_folders_share_a_database_from_its_first_moment(tmp_path, postgres_url, monkeypatch):
    monkeypatch.setenv("COPARK_DATABASE_URL", postgres_url)
    assert started_at_once(*((tmp_path / str(n),) for n in range(2))) == (2, [])


def test_servers_started_in_the_database_of_another_application_end_and_leave_it(tmp_path, either):
    fill_foreign(tmp_path)
    before = dump(tmp_path)
    serving, losers = started_at_once((tmp_path,), (tmp_path,))
    assert serving == 0
    for code, errors in losers:
        assert code == 1
        assert is_one_message(errors, "copark database init|Another server"), errors
    assert dump(tmp_path) == before
