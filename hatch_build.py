"""What packages hold: a source archive tracked files alone; a released package the built page and documentation."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = "src/copark/web/dist"
LIVE = "src/copark/browser/dist"
SITE = "src/copark/web/site"
CITATION = "CITATION.cff"
LICENCE_OF_DATA = "LICENSES/CC-BY-4.0.txt"
RELEASE = "COPARK_RELEASE"
NO_PAGE = f"""\
The page that `copark serve` shows is not built: {PAGE}/index.html is missing.
Build it first, which needs Node 20.19 or later:  make page"""
NO_SITE = f"""\
The documentation that `copark docs` opens is not built: {SITE}/index.html is missing.
Build it first:  make docs"""
WITHOUT_PAGE = "This package is without it: commands, Python and the API work; `copark serve` says how to get it."
NO_KERNEL = f"""\
Live briefs cannot be written: {LIVE} lacks the kernel for the browser, or the script that runs it.
Build both first, which needs Node and the extra wasm:  make page kernel"""
REFUSED = f"A package to be released has all of it; without {RELEASE}=1 one is made that lacks it."
NO_LIST = "A source archive holds tracked files alone, and git lists none here. Build it in a clone of the repository."


class Refused(SystemExit):
    """A package is not built; the message says why, without a traceback."""


class Contents(BuildHookInterface):  # type: ignore[type-arg]
    """Chooses and checks what a package holds."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a package is built; ``version`` is ``editable`` where a link to the folder is installed."""
        root = Path(self.root)
        is_built = (root / PAGE / "index.html").is_file()
        is_live = all((root / LIVE / name).is_file() for name in ("kernel.wasm", "kernel.json", "live.js", "live.css"))
        is_documented = (root / SITE / "index.html").is_file()
        if self.target_name == "sdist":
            build_data["force_include"] |= {name: name for name in tracked(root)}
            built = {PAGE: is_built, LIVE: is_live, SITE: is_documented}
            build_data["force_include"] |= {folder: folder for folder, is_present in built.items() if is_present}
        if version == "editable":
            return
        if self.target_name == "wheel":
            build_data["force_include"][CITATION] = f"copark/{CITATION}"  # what copark.cite() reads
            build_data["force_include"][LICENCE_OF_DATA] = f"copark/{LICENCE_OF_DATA}"  # what packages of parks hold
        is_there = {NO_PAGE: is_built, NO_KERNEL: is_live, NO_SITE: is_documented}
        missing = [words for words, is_present in is_there.items() if not is_present]
        if missing and os.environ.get(RELEASE):
            raise Refused("\n".join([*missing, REFUSED]))
        if not is_built:
            self.app.display_warning(f"{NO_PAGE}\n{WITHOUT_PAGE}")
        elif not is_live:
            self.app.display_warning(NO_KERNEL)


def tracked(root: Path) -> list[str]:
    """Files of the repository, as they are in the folder now."""
    if not (root / ".git").exists():  # the folder of an unpacked archive may lie in somebody else's repository
        raise Refused(NO_LIST)
    command = [shutil.which("git") or "git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
    if listed.returncode:
        raise Refused(f"{NO_LIST}\n{listed.stderr.strip()}")
    return [name for name in listed.stdout.split("\0") if name and (root / name).is_file()]
