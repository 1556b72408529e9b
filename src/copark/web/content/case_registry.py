"""Cases a server knows: the casebook and uploads, which are unpacked and checked here.

Nothing in an archive is believed, neither its names nor its sizes: whatever is more than the files of one case, larger,
deeper, linked, encrypted or elsewhere is refused before a byte of it is written; what is written has names of our own.
"""

from __future__ import annotations

import secrets
import shutil
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from copark.cases import check_case, new_case
from copark.cases.casebook import suggested_case
from copark.cases.files import MOST_BYTES, MOST_BYTES_FOLDER, Archive, Refused, leads_out, opened
from copark.cases.horizon import now_for
from copark.cases.load import NEEDED, OPTIONAL
from copark.cases.types import suggestion
from copark.cases.workbook_reading import read_workbook
from copark.cases.workbook_writing import EXAMPLE, template_workbook, workbook_of
from copark.errors import CaseFaults, Fault
from copark.identity import hash_content, identity_of
from copark.web.content.faults import absent
from copark.web.content.own_parks import UPLOADED, OwnParks, Quota, named_in

if TYPE_CHECKING:
    from copark.calibration.case_parameters import CaseParameters
    from copark.cases import Case


@dataclass(frozen=True)
class CaseEntry:
    """A case that a server has loaded, with its parameters."""

    name: str
    """What a client calls it: the casebook's name, or the opaque one of an upload."""
    case: Case
    """The case."""
    hash: str
    """Hash of its content, which takes time to make."""
    uploaded: bool
    parameters: CaseParameters
    """Which parameters it has, and how far they may be trusted; decided by its content, whatever name it bears."""
    cuts: tuple[str, ...]
    """Last quarters known to the calibrations it has, latest first."""

    @property
    def state(self) -> str:
        """Hash of all that is told of it: name, content, parameters and trust in them, calibrations, the present."""
        told = {
            "name": self.name,
            "case": self.hash,
            "draws": self.parameters.identity,
            "trust": self.parameters.trust.content(),
            "cuts": list(self.cuts),
            "now": str(now_for(self.case)),
        }
        return identity_of(told)

    @property
    def calibrated(self) -> bool:
        """Return whether it has a posterior of its own."""
        return self.parameters.calibrated

    @cached_property
    def moved(self) -> dict[str, str]:
        """Return for each parameter whether data moved it by this case's calibration, or by what other parks lend it.

        One that is never drawn is unmoved.
        """
        from copark.calibration.informed_parameters import moved_by_data
        from copark.model.variables import FIXED

        verdicts = moved_by_data(self.case, self.parameters)
        return {name: "unmoved" if verdict == FIXED else verdict for name, verdict in verdicts.items()}

    @cached_property
    def informed(self) -> tuple[int, int]:
        """Count the parameters that are drawn for it, and those of them that no data informed."""
        from copark.calibration.informed_parameters import informed_by_data

        return informed_by_data(self.case, self.parameters)


class CaseRegistry:
    """Cases by name. No name is ever taken for a path.

    Parameters
    ----------
    uploads
        Folder of uploaded cases, a folder each; an uploaded case has an output folder of its own.
    out
        Output folder in which calibrations of the casebook's cases are looked up.
    quota
        Number of uploads that are kept.
    """

    def __init__(
        self, uploads: Path = Path("out/web/cases"), out: Path | None = None, quota: Quota | None = None
    ) -> None:
        self.parks = OwnParks(uploads, quota)
        self.out = out
        self._entries: dict[tuple[str, str | None], tuple[int | None, CaseEntry]] = {}
        self._lock = threading.Lock()

    @property
    def uploads(self) -> Path:
        """Folder of uploaded cases."""
        return self.parks.root

    def names(self) -> tuple[str, ...]:
        """List the names of the casebook's cases."""
        from copark.cases import list_cases

        return list_cases()

    def output_folder(self, name: str) -> Path | None:
        """Return the output folder of results about a case."""
        return self.parks.output(name) if UPLOADED.fullmatch(name) else self.out

    def get(self, name: str, cut: str | None = None) -> CaseEntry:
        """Return the case of a name, with its latest calibration or that to a cut."""
        from copark.calibration.case_parameters import cuts_of, parameters_of
        from copark.cases import load_case

        folder = self.parks.folder(name)
        if folder is None and name not in self.names():
            self.drop(name)
            raise absent("no_case", "case", known=suggested_case(name, self.names()))
        out = self.output_folder(name)
        with self._lock:
            calibrated_at = _calibrated_at(out)
            stamp, case_entry = self._entries.get((name, cut), (None, None))
            if case_entry is None or stamp != calibrated_at:  # a calibration was kept or removed meanwhile
                _, plain = self._entries.get((name, None), (None, None))
                case = load_case(name if folder is None else folder) if plain is None else plain.case
                cuts = cuts_of(case, out)
                if cut is not None and cut not in cuts:
                    raise absent("no_cut", "cut", case=name, cut=cut, known=", ".join(cuts) or "–")
                parameters = parameters_of(case, out, cut=cut)
                _ = parameters.identity  # made now, under the lock
                case_entry = CaseEntry(name, case, case.hash, folder is not None, parameters, cuts)
                self._entries[name, cut] = calibrated_at, case_entry
            return case_entry

    def drop(self, name: str) -> None:
        """Forget the cached entries of a case."""
        with self._lock:
            self._entries = {key: entry for key, entry in self._entries.items() if key[0] != name}


def _calibrated_at(out: Path | None) -> int | None:
    """Return when the folder of calibrations last changed; ``None`` where there is none."""
    from copark.calibration.calibrate import own_folder

    try:
        return None if out is None else own_folder(out).stat().st_mtime_ns
    except OSError:
        return None


@dataclass(frozen=True)
class OwnerView:
    """Everything one owner may see: the casebook, the shared output folder, and the owner's own parks.

    Anything of another owner's park is answered exactly as what does not exist.
    """

    registry: CaseRegistry
    owner: str
    shared: Path
    """The output folder that the command line writes, too."""

    def names(self) -> tuple[str, ...]:
        """List the names of the casebook's cases."""
        return self.registry.names()

    def casebook_state(self) -> str:
        """Hash of the states of the casebook's cases, in their order."""
        return hash_content([self.get(name).state for name in self.names()])

    def own_names(self) -> list[str]:
        """Return the names of the owner's parks, the latest first."""
        return self.registry.parks.of(self.owner)

    def has(self, name: str) -> bool:
        """Return whether a name is the casebook's or of the owner's park, not of another owner's or a deleted one."""
        return not UPLOADED.fullmatch(name) or self.registry.parks.owner_of(name) == self.owner

    def is_known(self, name: str) -> bool:
        """Return whether a name is that of a case of the casebook or of a park of the owner's."""
        return self.has(name) if UPLOADED.fullmatch(name) else name in self.names()

    def require(self, name: str) -> None:
        """Raise Absent for the name of another owner's park."""
        if not self.has(name):
            raise absent("no_case", "case", known=suggested_case(name, self.names()))

    def get(self, name: str, cut: str | None = None) -> CaseEntry:
        """Return the case of a name, with its latest calibration or that to a cut."""
        self.require(name)
        return self.registry.get(name, cut)

    def output_folder(self, name: str) -> Path:
        """Return the output folder of results about a case."""
        self.require(name)
        return self.registry.parks.output(name) if UPLOADED.fullmatch(name) else self.shared

    def output_folders(self, case: str | None = None) -> list[Path]:
        """Return the output folders in which results may lie, those of own parks before the shared one.

        Parameters
        ----------
        case
            Name of a case whose results are wanted; by default of any.
        """
        if case is None:
            own = self.own_names()
        elif UPLOADED.fullmatch(case) and self.has(case):
            own = [case]
        else:
            own = []
        return [*map(self.registry.parks.output, own), self.shared]

    def shows(self, content: Any) -> bool:
        """Return whether content names no other owner's park; the shared folder may hold old results about such."""
        return all(map(self.has, named_in(content)))


SCRATCH = (".export-*", "web/cases/.incoming-*", "web/files/*", "web/parks/*/.export-*")
"""Patterns of temporary files in the data folder that a server that was killed may have left."""


def sweep_scratch(data: Path) -> None:
    """Remove temporary files that a server that was killed has left."""
    for path in (entry for pattern in SCRATCH for entry in data.glob(pattern)):
        with suppress(OSError):  # not ours to take
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


AREA = "web.upload"
FILES = (*NEEDED, *OPTIONAL)
MOST_ENTRIES = 60


@contextmanager
def naming_file(name: str) -> Iterator[None]:
    """Name the file that an error of the disk is about as its sender knows it."""
    try:
        yield
    except OSError as error:
        error.filename = name
        raise


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
            with naming_file(name):
                (folder / name).write_bytes(raw)


def _named_files(archive: Archive, entries: list[zipfile.ZipInfo]) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    folders = set()
    names = set()
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
        if path.name in names or len(folders) > 1:
            raise archive.refuse("several_cases", key=entry.filename)
        names.add(path.name)
        yield path.name, entry


def pack_zip(folder: Path) -> bytes:
    """Pack the files of a case as an archive, the same bytes each time."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in FILES:
            if (folder / name).is_file():
                entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, (folder / name).read_bytes())
    return stream.getvalue()


def accept_upload(registry: CaseRegistry, content: bytes, *, workbook: bool, owner: str = "") -> CaseEntry:
    """Check and keep an uploaded case; raise ParksFull where its owner, or the server, keeps as many as allowed.

    Parameters
    ----------
    registry
        Registry that keeps the case.
    content
        The upload as it came.
    workbook
        It is a workbook, not an archive.
    owner
        Owner the case will be of.
    """
    root = registry.uploads
    root.mkdir(parents=True, exist_ok=True)
    registry.parks.need_room(owner)
    folder = root / f".incoming-{secrets.token_hex(8)}"
    folder.mkdir()
    try:
        try:
            faults = _unpack(content, folder, workbook=workbook)
        except Refused as refused:
            faults = list(refused.faults)
        if faults:
            raise CaseFaults(faults)
        name = registry.parks.add(folder, owner)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return registry.get(name)


def _unpack(content: bytes, folder: Path, *, workbook: bool) -> list[Fault]:
    """Write an upload into a folder; return everything wrong with it, of a workbook by cell."""
    if not workbook:
        unpack_zip(content, folder)
        return check_case(folder)
    book = read_workbook(content)
    faults = book.check()
    if not faults:
        with naming_file("upload.xlsx"):
            book.write(folder)
    return faults


def pack_case(registry: CaseRegistry | OwnerView, name: str, *, workbook: bool, lang: str = "en") -> bytes:
    """Pack a case as an archive or a workbook, to change and bring back.

    Parameters
    ----------
    registry
        Registry, or what one owner sees of it.
    name
        Name of the case.
    workbook
        Give a workbook, not an archive.
    lang
        Language of a workbook, ``en`` or ``zh``.
    """
    folder = registry.get(name).case.folder
    return workbook_of(folder, lang) if workbook else pack_zip(folder)


def case_template(scratch: Path, *, workbook: bool, lang: str = "en", example: bool = False) -> bytes:
    """Return an empty workbook, or the smallest sound case as an archive, to start from; or an invented park.

    Parameters
    ----------
    scratch
        Folder the case is made in, which is removed.
    workbook
        Give a workbook, not an archive.
    lang
        Language of a workbook, ``en`` or ``zh``.
    example
        Give the invented park, not an empty case.
    """
    if example:
        return workbook_of(EXAMPLE, lang) if workbook else pack_zip(EXAMPLE)
    if workbook:
        return template_workbook(lang=lang)
    try:
        return pack_zip(new_case("my-park", scratch))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
