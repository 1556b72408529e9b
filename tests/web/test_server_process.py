"""A server as people start it: it says where it is, survives being killed, and takes its children with it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.asked import waited
from tests.web.conftest import LONG

SOURCE = Path(__file__).resolve().parents[2] / "src"
PROGRAM = "from copark.cli import main; main()"


@contextmanager
def server(data, *options, lang="en", **environment):
    """A server on a free port; whatever becomes of the test, it ends with it."""
    settings = {**os.environ, "PYTHONPATH": str(SOURCE), **environment}
    settings.pop("COPARK_TOKEN", None)
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, "serve", "--port", "0", "--data", str(data), "--threads", "1",
         "--lang", lang, *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=settings,
    )  # fmt: skip
    try:
        found = (re.search(r"http://\S+?/", line) for line in process.stdout)
        yield process, next((one.group().rstrip("/") for one in found if one), None)
    finally:
        process.kill()
        process.communicate()


def ask(address, path, body=None, **headers):
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{address}{path}", content, {"content-type": "application/json", **headers})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


@pytest.mark.long
def test_a_server_killed_and_started_again_gives_the_same_answers(tmp_path):
    asked = {"case": "great-stone", "runs": 30, "draws": "unsettled"}
    with server(tmp_path / "out") as (process, address):
        assert address, process.stderr.read()
        assert ask(address, "/api/v1/status")["version"]
        first = ask(address, "/api/v1/simulate", asked)
        job = ask(address, "/api/v1/jobs", LONG)
        waited(lambda: ask(address, f"/api/v1/jobs/{job['id']}")["done"])
        children = psutil.Process(process.pid).children()
        assert children
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert psutil.wait_procs(children, 20)[1] == [], "the job's process outlives its server"
    with server(tmp_path / "out") as (process, address):
        assert address, process.stderr.read()
        second = ask(address, "/api/v1/simulate", asked)
        assert (second["identity"], second["arms"]) == (first["identity"], first["arms"])
        assert ask(address, f"/api/v1/jobs/{job['id']}")["state"] in ("queued", "running")
        with urllib.request.urlopen(f"{address}/api/v1/export/{first['identity']}.csv", timeout=60) as answer:
            assert answer.status == 200
        ended_well(process)


def ended_well(process):
    """SIGTERM is a polite stop."""
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) in (0, 143)
    assert "Traceback" not in process.stderr.read()


@pytest.mark.long
def test_a_port_that_is_taken_is_told(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with server(tmp_path, "--port", port) as (process, address):
            assert address is None
            assert process.wait(30) == 1
            told = process.stderr.read()
    assert port in told
    assert "Traceback" not in told
