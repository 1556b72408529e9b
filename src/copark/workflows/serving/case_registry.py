"""Cases a server knows: the casebook and uploads, which are unpacked and checked here.

Nothing in an archive is believed, neither its names nor its sizes: whatever is more than the files of one case, larger,
deeper, linked, encrypted or elsewhere is refused before a byte of it is written; what is written has names of our own.
"""

from __future__ import annotations

import re
import secrets
import shutil
import threading
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from copark.cases import check_case, new_case
from copark.cases.files import MOST_BYTES, MOST_BYTES_FOLDER, Archive, Refused, leads_out, opened
from copark.cases.load import NEEDED, OPTIONAL
from copark.cases.types import suggestion
from copark.cases.workbook_reading import read_workbook
from copark.cases.workbook_writing import EXAMPLE, template_workbook, workbook_of
from copark.errors import CaseFaults, Fault
from copark.workflows.serving.faults import absent

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.inference.case_parameters import CaseParameters

UPLOADED = re.compile(r"u-[0-9a-f]{32}")
"""Names of uploaded cases: they cannot be guessed and say nothing of what was uploaded."""


@dataclass(frozen=True)
class Shelved:
    """A case at hand."""

    name: str
    """What a client calls it: the casebook's name, or the opaque one of an upload."""
    case: Case
    hash: str
    """case, hash: the case, and the hash of its content, which takes time to make."""
    uploaded: bool
    parameters: CaseParameters
    """Which parameters it has, and how far they may be trusted; decided by its content, whatever name it bears."""
    cuts: tuple[str, ...]
    """Last quarters known to the calibrations it has, latest first."""

    @property
    def calibrated(self) -> bool:
        """Whether it has a posterior of its own."""
        return self.parameters.calibrated

    @cached_property
    def informed(self) -> tuple[int, int]:
        """Parameters that are drawn for it, and how many of them no data informed."""
        from copark.inference.levers import informed_by_data

        return informed_by_data(self.case, self.parameters)


class Shelf:
    """Cases by name. No name is ever taken for a path.

    Folder of uploaded cases, a folder each, and output folder that posteriors of one's own are looked for in.
    """

    def __init__(self, uploads: Path = Path("out/web/cases"), out: Path | None = None) -> None:
        self.uploads, self.out = uploads, out
        self._seen: int | None = None
        self._held: dict[tuple[str, str | None], Shelved] = {}
        self._lock = threading.Lock()

    def names(self) -> tuple[str, ...]:
        """Names of the casebook's cases."""
        from copark.cases import list_cases

        return list_cases()

    def get(self, name: str, cut: str | None = None) -> Shelved:
        """The case of a name, with its latest calibration or that to a cut."""
        from copark.cases import load_case
        from copark.inference.case_parameters import cuts_of, parameters_of

        with self._lock:
            if self._seen != (seen := self._posteriors()):  # a calibration was kept or removed meanwhile
                self._held.clear()
                self._seen = seen
            found = self._held.get((name, cut))
            if found is not None and found.uploaded and self._uploaded(name) is None:  # another server forgot it
                self._drop(name)
                found = None
            if found is None:
                folder = self._uploaded(name)
                if folder is None and name not in self.names():
                    raise absent("no_case", "case", known=", ".join(self.names()))
                plain = self._held.get((name, None))
                case = load_case(name if folder is None else folder) if plain is None else plain.case
                cuts = cuts_of(case, self.out)
                if cut is not None and cut not in cuts:
                    raise absent("no_cut", "cut", case=name, cut=cut, known=", ".join(cuts) or "–")
                parameters = parameters_of(case, self.out, cut=cut)
                _ = parameters.identity  # made now, under the lock
                found = Shelved(name, case, case.hash, folder is not None, parameters, cuts)
                self._held[name, cut] = found
            return found

    def _posteriors(self) -> int | None:
        """When the folder of posteriors last changed; ``None`` where there is none."""
        from copark.inference.calibrations import own_folder

        try:
            return None if self.out is None else own_folder(self.out).stat().st_mtime_ns
        except OSError:
            return None

    def _uploaded(self, name: str) -> Path | None:
        folder = self.uploads / name
        return folder if UPLOADED.fullmatch(name) and folder.is_dir() else None

    def forget(self, name: str) -> bool:
        """Forget an uploaded case; whether there was one."""
        folder = self._uploaded(name)
        with self._lock:
            self._drop(name)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
            _owner_file(self.uploads, name).unlink(missing_ok=True)
        return folder is not None

    def _drop(self, name: str) -> None:
        self._held = {key: held for key, held in self._held.items() if key[0] != name}


SCRATCH = (".export-*", "web/cases/.incoming-*", "web/files/*")
"""What a server that was killed may have left, in the data folder."""


def sweep_scratch(data: Path) -> None:
    """Take away what a server that was killed has left."""
    for path in (one for pattern in SCRATCH for one in data.glob(pattern)):
        with suppress(OSError):  # not ours to take
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


AREA = "web.upload"
FILES = (*NEEDED, *OPTIONAL)
MOST_ENTRIES = 60
MOST_KEPT = 50
"""Uploaded cases kept; beyond, the oldest goes."""
OWNER = ".owner-"


def unpack_zip(content: bytes, folder: Path) -> None:
    """Unpack an archive of a case, at its top or in one folder, into a folder; what cannot be taken is refused."""
    with opened(content, "upload.zip", AREA) as archive:
        files = list(_named_files(archive, archive.files(MOST_ENTRIES, MOST_BYTES_FOLDER)))
        if not files:
            raise archive.refuse("no_case", needed=", ".join(NEEDED))
        left = MOST_BYTES_FOLDER
        for name, entry in files:
            raw = archive.read(entry, min(MOST_BYTES, left))
            left -= len(raw)
            (folder / name).write_bytes(raw)


def _named_files(archive: Archive, entries: list[zipfile.ZipInfo]) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    folders, seen = set(), set()
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if leads_out(entry.filename):
            raise archive.refuse("leads_out", key=entry.filename)
        if path.parts and (path.parts[0] == "__MACOSX" or path.name.startswith(".")):
            continue
        if len(path.parts) > 2:
            raise archive.refuse("too_deep", key=entry.filename)
        if path.suffix in (".md", ".txt", ".json"):
            continue
        if path.name not in FILES:
            raise archive.refuse("unknown_file", key=entry.filename, suggestion=suggestion(path.name, FILES))
        folders.add(path.parent)
        if path.name in seen or len(folders) > 1:
            raise archive.refuse("several_cases", key=entry.filename)
        seen.add(path.name)
        yield path.name, entry


def pack_zip(folder: Path) -> bytes:
    """The files of a case as an archive, the same bytes each time."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in FILES:
            if (folder / name).is_file():
                entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, (folder / name).read_bytes())
    return stream.getvalue()


def take(shelf: Shelf, content: bytes, *, workbook: bool, owner: str = "") -> Shelved:
    """Take an uploaded case."""
    root = shelf.uploads
    root.mkdir(parents=True, exist_ok=True)
    folder = root / f".incoming-{secrets.token_hex(8)}"
    folder.mkdir()
    try:
        try:
            faults = _unpack(content, folder, workbook=workbook)
        except Refused as refused:
            faults = list(refused.faults)
        if faults:
            raise CaseFaults(faults)
        name = f"u-{secrets.token_hex(16)}"
        if owner:
            _owner_file(root, name).write_text(owner, encoding="utf-8")
        folder.rename(root / name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _forget_oldest(shelf, root)
    return shelf.get(name)


def _unpack(content: bytes, folder: Path, *, workbook: bool) -> list[Fault]:
    """Write what was brought into a folder; everything wrong with it, of a workbook by cell."""
    if not workbook:
        unpack_zip(content, folder)
        return check_case(folder)
    book = read_workbook(content)
    faults = book.check()
    if not faults:
        book.write(folder)
    return faults


def _forget_oldest(shelf: Shelf, root: Path) -> None:
    kept: list[tuple[float, str]] = []
    for path in root.iterdir():
        with suppress(FileNotFoundError):  # somebody else has forgotten it meanwhile
            if UPLOADED.fullmatch(path.name):
                kept.append((path.stat().st_mtime, path.name))
    for _, name in sorted(kept)[: max(len(kept) - MOST_KEPT, 0)]:
        shelf.forget(name)


def owner_of_upload(shelf: Shelf, name: str) -> str | None:
    """Whose an uploaded case is; ``None`` if there is none, or nobody wrote down whose."""
    if not UPLOADED.fullmatch(name):
        return None
    try:
        return _owner_file(shelf.uploads, name).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def uploads_of(shelf: Shelf, owner: str) -> list[str]:
    """Names of the cases somebody brought, the latest first."""
    found: list[tuple[float, str]] = []
    for path in shelf.uploads.glob(f"{OWNER}u-*"):
        name = path.name.removeprefix(OWNER)
        with suppress(FileNotFoundError):  # somebody else has forgotten it meanwhile
            if owner_of_upload(shelf, name) == owner:
                found.append((path.stat().st_mtime, name))
    return [name for _, name in sorted(found, reverse=True)]


def _owner_file(root: Path, name: str) -> Path:
    """Where it is written whose a case is: beside its folder, which holds what was brought and nothing else."""
    return root / f"{OWNER}{name}"


def packed(shelf: Shelf, name: str, *, workbook: bool, lang: str = "en") -> bytes:
    """A case as an archive or a workbook, to change and bring back."""
    folder = shelf.get(name).case.folder
    return workbook_of(folder, lang) if workbook else pack_zip(folder)


def skeleton(scratch: Path, *, workbook: bool, lang: str = "en", example: bool = False) -> bytes:
    """An empty workbook, or the smallest sound case as an archive, to start from; or an invented park as either."""
    if example:
        return workbook_of(EXAMPLE, lang) if workbook else pack_zip(EXAMPLE)
    if workbook:
        return template_workbook(lang=lang)
    try:
        return pack_zip(new_case("my-park", scratch))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
