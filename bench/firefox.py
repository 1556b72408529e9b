"""Firefox without a driver: its own remote protocol (Marionette), spoken over a socket of this machine.

Only what the benches need: open a page, run a script in it, wait, take a picture. The browser gets a profile of its own
that dies with it, and is offline from its first moment.
"""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

NAMES = ("firefox-esr", "firefox")
PREFERENCES = {
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "browser.startup.homepage": "about:blank",
    "remote.prefs.recommended": True,
}
PATIENCE = 60.0
"""Seconds that an answer is waited for."""


def firefox() -> str | None:
    """Return the path of Firefox; None where it is not on this machine."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Firefox:
    """A Firefox without a window."""

    def __init__(self, width: int = 1440, height: int = 900, *, offline: bool = True) -> None:
        program = firefox()
        if program is None:
            raise FileNotFoundError(NAMES[0])
        self.profile = tempfile.TemporaryDirectory(prefix="copark-firefox-")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        wanted = {**PREFERENCES, "marionette.port": port}
        lines = (f'user_pref("{name}", {json.dumps(value)});\n' for name, value in wanted.items())
        Path(self.profile.name, "user.js").write_text("".join(lines), encoding="utf-8")
        command = [program, "--headless", "--marionette", "--profile", self.profile.name, "--no-remote"]
        command += ["--remote-allow-system-access", f"--width={width}", f"--height={height}"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.number = 0
        self.socket = self._connected(port)
        self._message()  # the greeting
        self.command("WebDriver:NewSession", strictFileInteractability=False)
        self.command("WebDriver:SetTimeouts", script=int(1000 * PATIENCE), pageLoad=int(1000 * PATIENCE))
        self.command("WebDriver:SetWindowRect", width=width, height=height)
        if offline:
            self.command("Marionette:SetContext", value="chrome")
            self.run("Services.io.offline = true; return Services.io.offline")
            self.command("Marionette:SetContext", value="content")

    def _connected(self, port: int) -> socket.socket:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), PATIENCE)
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def _message(self) -> Any:
        """Receive a message: its length, a colon, and so many bytes of JSON."""
        head = b""
        while not head.endswith(b":"):
            head += self.socket.recv(1)
        length = int(head[:-1])
        content = b""
        while len(content) < length:
            content += self.socket.recv(length - len(content))
        return json.loads(content)

    def command(self, name: str, **values: Any) -> Any:
        """Ask for something and return the answer."""
        self.number += 1
        request = json.dumps([0, self.number, name, values]).encode("utf-8")
        self.socket.sendall(str(len(request)).encode() + b":" + request)
        _, _, error, answer = self._message()
        if error is not None:
            raise RuntimeError(f"{error['error']}: {error['message']}")
        return answer.get("value") if isinstance(answer, dict) and set(answer) == {"value"} else answer

    def open(self, address: str) -> None:
        """Open a page and wait until it is loaded."""
        self.command("WebDriver:Navigate", url=address)

    def run(self, script: str, *values: Any) -> Any:
        """Run a script in the page and return what it returns."""
        return self.command("WebDriver:ExecuteScript", script=script, args=list(values), sandbox=None)

    def wait_for(self, expression: str) -> Any:
        """Wait until an expression is true in the page, and return it."""
        end = time.monotonic() + PATIENCE
        while True:
            value = self.run(f"return {expression}")
            if value:
                return value
            if time.monotonic() > end:
                raise TimeoutError(expression)
            time.sleep(0.05)

    def picture(self, path: Path, *, whole: bool = True) -> None:
        """Write a picture of the page."""
        content = self.command("WebDriver:TakeScreenshot", full=whole, hash=False, id=None)
        path.write_bytes(base64.b64decode(content))

    def __enter__(self) -> Self:
        """Return the browser."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the browser and its profile."""
        self.socket.close()
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.profile.cleanup()
