"""The folder of a static site: what of it is made, so that a killed build resumes and nothing else is overwritten.

Work is done in parts. A part is recorded once all of its files are there, with a stamp of what they were made of and a
hash of each; a part of the same stamp whose files are as they were written is not made again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from copark.errors import Fault, FaultsFound
from copark.store.files import UNFINISHED, beside, flush_all, lock_of, only_one, remove, written_file

MARK = "copark-site.json"
"""File that says that a folder is a site, and what of it is made."""
FORMAT = 1
SHOWN = 3
"""Files of something else that are named, at most."""
_IGNORED = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""Files that systems leave in any folder."""


@dataclass(frozen=True)
class SitePart:
    """A part that is made."""

    stamp: str
    """Stamp of what it was made of."""
    files: Mapping[str, str]
    """Hash of each of its files, by its place in the folder."""


@dataclass
class SiteFolder:
    """A folder of a site."""

    root: Path
    """The folder."""
    parts: dict[str, SitePart] = field(default_factory=dict)
    """Parts that are made, by name."""
    parts_made: int = 0
    """Parts that were made by this build."""
    parts_kept: int = 0
    """Parts that were there already."""

    def is_current(self, part: str, stamp: str) -> bool:
        """Return whether a part is there as its stamp says, all of its files whole.

        Parameters
        ----------
        part
            Name of the part.
        stamp
            Stamp of what it is made of now.
        """
        recorded = self.parts.get(part)
        if recorded is None or recorded.stamp != stamp:
            return False
        is_whole = all(_hash_of(self.root / place) == digest for place, digest in recorded.files.items())
        self.parts_kept += is_whole
        return is_whole

    def write(self, part: str, stamp: str, files: Iterable[tuple[str, str | bytes]]) -> None:
        """Write the files of a part, each whole or not at all, and record it; files it had before and has no more go.

        Parameters
        ----------
        part
            Name of the part.
        stamp
            Stamp of what it is made of.
        files
            Files by their place in the folder.
        """
        hashes: dict[str, str] = {}
        paths: list[Path] = []
        for name, content in files:
            data = content.encode("utf-8") if isinstance(content, str) else content
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = beside(path, UNFINISHED)
            unfinished.write_bytes(data)
            unfinished.replace(path)
            paths.append(path)
            hashes[name] = hashlib.sha256(data).hexdigest()
        flush_all([*paths, *{path.parent for path in paths}])
        before = self._all_names()
        self.parts[part] = SitePart(stamp, hashes)
        self.record()
        self._delete(before - self._all_names())
        self.parts_made += 1

    def keep_only(self, parts: Iterable[str]) -> None:
        """Forget parts that the site no longer has, and delete their files."""
        before = self._all_names()
        self.parts = {name: self.parts[name] for name in parts if name in self.parts}
        self.record()
        self._delete(before - self._all_names())

    def _all_names(self) -> set[str]:
        return {place for part in self.parts.values() for place in part.files}

    def _delete(self, names: set[str]) -> None:
        for name in sorted(names):
            path = self.root / name
            path.unlink(missing_ok=True)
            for folder in path.relative_to(self.root).parents:
                place = self.root / folder
                if place != self.root and place.is_dir() and not any(place.iterdir()):
                    place.rmdir()

    def record(self) -> None:
        """Write down what is made."""
        content = {"format": FORMAT, "parts": {name: asdict(part) for name, part in self.parts.items()}}
        with written_file(self.root / MARK) as target:
            target.write_text(json.dumps(content, indent=1, sort_keys=True), encoding="utf-8")

    def hashes(self, parts: Iterable[str] | None = None) -> Mapping[str, str]:
        """Return the hash of every file, or of those of some parts, by its place."""
        names = self.parts if parts is None else [name for name in parts if name in self.parts]
        return dict(sorted(file for name in names for file in self.parts[name].files.items()))


def _hash_of(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


@contextmanager
def opened(root: Path) -> Iterator[SiteFolder]:
    """Open the folder of a site, which is made if it is not there; one build at a time.

    Raises
    ------
    copark.errors.FaultsFound
        If something else is in the way: what, and what to do.
    """
    _check(root)
    root.parent.mkdir(parents=True, exist_ok=True)
    with only_one(lock_of(root.resolve())):
        folder = SiteFolder(root, _check(root))
        root.mkdir(exist_ok=True)
        folder.record()
        for unfinished in root.rglob(f"{UNFINISHED}*"):
            remove(unfinished)
        yield folder


def _check(root: Path) -> dict[str, SitePart]:
    """Read what of a site is made; refuse a folder that holds something else."""
    if root.exists() and not root.is_dir():
        raise FaultsFound([Fault("site.no_folder", str(root))])
    names = sorted(path.name for path in root.iterdir()) if root.is_dir() else []
    mark = root / MARK
    if mark.is_file():
        try:
            content = json.loads(mark.read_text(encoding="utf-8"))
            parts = {
                str(name): SitePart(str(part["stamp"]), {place: str(digest) for place, digest in part["files"].items()})
                for name, part in content["parts"].items()
            }
        except (ValueError, KeyError, TypeError, AttributeError):
            raise FaultsFound([Fault("site.bad_mark", str(mark))]) from None
        # A mark that somebody changed must not lead out of the folder.
        places = [place for part in parts.values() for place in part.files]
        if content.get("format") != FORMAT or any(_leads_out(name) for name in places):
            raise FaultsFound([Fault("site.bad_mark", str(mark))])
        return parts
    others = [name for name in names if name not in _IGNORED and not name.startswith(UNFINISHED)]
    if others:
        raise FaultsFound([Fault("site.something_else", str(root / name)) for name in others[:SHOWN]])
    return {}


def _leads_out(name: str) -> bool:
    path = Path(name)
    return path.is_absolute() or ".." in path.parts
