"""A private PostgreSQL: its own folder, loopback, a free port, an unprivileged user; it dies with the tests."""

from __future__ import annotations

import ctypes
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from tests.asked import waited

OLDEST = 15
PR_SET_PDEATHSIG = 1
QUICK = ("fsync=off", "full_page_writes=off", "max_connections=60", "shared_buffers=16MB")


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL there is."""
    on_path = shutil.which("initdb")
    found = [*Path("/usr/lib/postgresql").glob("*/bin"), *([Path(on_path).parent] if on_path else [])]
    usable = [(version, folder) for folder in found if (version := _version(folder)) >= OLDEST]
    return max(usable)[1] if usable else None


def _version(folder: Path) -> int:
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"(\d+)", said)
    return int(found.group(1)) if found else 0


def _account() -> dict[str, object]:
    """Who may run it: PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _die_with_us() -> None:
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


class Server:
    """A server that can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder
        self.account = _account()
        self.root = Path(tempfile.mkdtemp(prefix="copark-postgres-"))
        self.data = self.root / "data"
        if self.account:
            os.chown(self.root, int(str(self.account["user"])), int(str(self.account["group"])))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._run("initdb", "--pgdata", str(self.data), "--username=tester", "--auth=trust", "--no-sync", "-E", "UTF8")
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def _run(self, name: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.bin / name, *arguments], cwd=self.root, capture_output=True, text=True, check=False,
            env={**os.environ, "HOME": str(self.root), "LC_ALL": "C"}, **self.account,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)

    def start(self) -> None:
        settings = [part for setting in QUICK for part in ("-c", setting)]
        command = [self.bin / "postgres", "-D", self.data, "-h", "127.0.0.1", "-p", str(self.port), "-k", self.root]
        self.process = subprocess.Popen(
            [*command, *settings], cwd=self.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(self.root), "LC_ALL": "C"}, **self.account,
            preexec_fn=_die_with_us,  # noqa: PLW1509 - it calls the kernel and nothing else
        )  # fmt: skip
        waited(self.answers, patience=60)

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, "PostgreSQL did not start"
        try:
            with self.connected():
                return True
        except OSError:
            return False

    def connected(self, name: str = "postgres"):
        import psycopg

        try:
            return psycopg.connect(host="127.0.0.1", port=self.port, user="tester", dbname=name, autocommit=True)
        except psycopg.OperationalError as error:
            raise OSError(str(error)) from error

    def new_database(self, name: str) -> str:
        """Make an empty database; gives its address."""
        with self.connected() as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return f"postgresql://tester@127.0.0.1:{self.port}/{name}"

    def stop(self) -> None:
        """Stop at once, as if the machine had failed."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(30)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)
