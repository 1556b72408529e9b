"""Take the README's pictures of the page in Chromium: ``make web`` once, then ``python docs/build_page_images.py``."""  # noqa: INP001

from __future__ import annotations

import io
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent / "images"
SCENARIO = '{"key":"scenario","title":{"en":"Scenario","zh":"情景"},"edits":{"threshold":5}}'
"""The least declared investment stays at 5 M USD: a dated fact, and a chain of effects that the page can tell."""
SIZE = {"width": 1280, "height": 860}
COLOURS = 256


@contextmanager
def served() -> Iterator[str]:
    """A server of its own, and its address."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as data:
        server = subprocess.Popen([sys.executable, "-m", "copark", "serve", "--port", str(port), "--data", data])  # noqa: S603
        try:
            for _ in range(600):
                try:
                    urlopen(f"{address}/api/v1/status", timeout=2).close()  # noqa: S310
                    break
                except (URLError, OSError):
                    time.sleep(0.1)
            yield address
        finally:
            server.terminate()
            server.wait(20)


def main() -> None:
    """Take the first page with a scenario moved, once in each language, as a picture of few colours."""
    with served() as address, sync_playwright() as made:
        browser = made.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for lang in ("en", "zh"):
            page = browser.new_page(viewport=SIZE)
            page.goto(f"{address}/simulate?{urlencode({'lang': lang, 'scenario': SCENARIO})}")
            page.locator(".why ol").wait_for(timeout=60_000)
            page.wait_for_load_state("networkidle")
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            few = picture.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
            few.save(FOLDER / f"simulate-{lang}.png", optimize=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
