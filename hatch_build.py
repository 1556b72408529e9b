"""What packages hold: a source archive tracked files alone, a wheel the built page, or a word that it is without."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = "src/copark/web/dist"
WITHOUT_PAGE = "COPARK_WITHOUT_PAGE"
NO_PAGE = f"""\
The page that `copark serve` shows is not built: {PAGE}/index.html is missing.
Build it first, which needs Node 20.19 or later:  make page
Or install from this folder, as `make run` does; the page can be built later:  pip install --editable .
Or go without the page, for good:  {WITHOUT_PAGE}=1"""
NO_LIST = "A source archive holds tracked files alone, and git lists none here. Build it in a clone of the repository."


class Refused(SystemExit):
    """A package is not built; the message says why, without a traceback."""


class Contents(BuildHookInterface):  # type: ignore[type-arg]
    """Chooses and checks what a package holds."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a package is built; ``version`` is ``editable`` where a link to the folder is installed."""
        root = Path(self.root)
        is_built = (root / PAGE / "index.html").is_file()
        if self.target_name == "sdist":
            build_data["force_include"] |= {name: name for name in tracked(root)}
            if is_built:
                build_data["force_include"][PAGE] = PAGE
        elif version != "editable" and not is_built:
            if not os.environ.get(WITHOUT_PAGE):
                raise Refused(NO_PAGE)
            self.app.display_warning(f"{WITHOUT_PAGE} is set: this wheel is without the page.")


def tracked(root: Path) -> list[str]:
    """Files of the repository, as they are in the folder now."""
    if not (root / ".git").exists():  # the folder of an unpacked archive may lie in somebody else's repository
        raise Refused(NO_LIST)
    command = [shutil.which("git") or "git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
    if listed.returncode:
        raise Refused(f"{NO_LIST}\n{listed.stderr.strip()}")
    return [name for name in listed.stdout.split("\0") if name and (root / name).is_file()]
