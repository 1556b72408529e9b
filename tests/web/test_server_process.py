"""A server as people start it: it says where it is, survives being killed, and takes its children with it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"
PROGRAM = "from copark.cli import main; main()"


@contextmanager
def server(data, *options, lang="en", **environment):
    """A server on a free port; whatever becomes of the test, it ends with it."""
    settings = {**os.environ, "PYTHONPATH": str(SOURCE), **environment}
    settings.pop("COPARK_TOKEN", None)
    settings |= environment
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, "serve", "--port", "0", "--data", str(data), "--threads", "1",
         "--lang", lang, *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=settings,
    )  # fmt: skip
    try:
        address = None
        for line in process.stdout:
            found = re.search(r"http://\S+?/", line)
            if found:
                address = found.group().rstrip("/")
                break
        yield process, address
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
    long = {"case": "great-stone", "runs": 1_000_000, "draws": "defaults", "outputs": ["jobs"]}
    with server(tmp_path / "out") as (process, address):
        assert address, process.stderr.read()
        assert ask(address, "/api/v1/status")["version"]
        first = ask(address, "/api/v1/simulate", asked)
        job = ask(address, "/api/v1/jobs", long)
        until = time.monotonic() + 30
        while ask(address, f"/api/v1/jobs/{job['id']}")["done"] == 0 and time.monotonic() < until:
            time.sleep(0.1)
        children = children_of(process.pid)
        assert children
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        until = time.monotonic() + 20
        while any(Path(f"/proc/{child}").exists() and not is_dead(child) for child in children):
            assert time.monotonic() < until, "the job's process outlives its server"
            time.sleep(0.1)
    with server(tmp_path / "out") as (process, address):
        assert address, process.stderr.read()
        second = ask(address, "/api/v1/simulate", asked)
        assert (second["identity"], second["arms"]) == (first["identity"], first["arms"])
        assert ask(address, f"/api/v1/jobs/{job['id']}")["state"] in ("queued", "running")
        with urllib.request.urlopen(f"{address}/api/v1/export/{first['identity']}.csv", timeout=60) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, 143)
        assert "Traceback" not in process.stderr.read()


def children_of(pid):
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()] or [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except OSError:
        pytest.skip("the children of a process cannot be asked for on this system")


def is_dead(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.long
def test_a_port_that_is_taken_is_told(tmp_path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, "serve", "--port", str(port), "--data", str(tmp_path)],
            capture_output=True, text=True, timeout=60, check=False, env={**os.environ, "PYTHONPATH": str(SOURCE)},
        )  # fmt: skip
    assert done.returncode == 1
    assert str(port) in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
