"""Writing the casebook as a data package: a folder, an archive, or the bytes of one."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from copark.errors import Fault
from copark.store.errors import ExportRefused
from copark.store.files import written_file, written_folder

if TYPE_CHECKING:
    from copark.data_package.package import CasebookPackage

ARCHIVE = ".zip"
DAY = (1980, 1, 1, 0, 0, 0)
"""Time that files of an archive bear, so that the same content gives the same bytes."""


def make_package(parks: Sequence[str | Path] = ()) -> CasebookPackage:
    """Make a package of parks; see :func:`copark.data_package.assembly.package_of`."""
    from copark.data_package.assembly import package_of

    return package_of(parks)


def write_package(package: CasebookPackage, target: Path, *, overwrite: bool = False) -> Path:
    """Write a package, whole or not at all, and give its path.

    Parameters
    ----------
    package
        The package.
    target
        A folder; or, if its name ends in ``.zip``, one file.
    overwrite
        Replace an earlier package of that name.

    Raises
    ------
    ExportRefused
        If something of that name is there and is not to be replaced, or is no package.
    """
    from copark.data_package.assembly import files_of

    files = files_of(package)
    is_archive = target.suffix.lower() == ARCHIVE
    is_taken = target.exists() and not (target.is_dir() and not is_archive and not any(target.iterdir()))
    if is_taken and (not overwrite or target.is_dir() is is_archive):
        raise ExportRefused([Fault("casebook.target_taken", str(target))])
    if is_archive:
        with written_file(target) as path:
            path.write_bytes(archived(files))
        return target
    if target.is_dir():
        _see_that_it_is_a_package(target, files)
    with written_folder(target, replace=target.exists()) as folder:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
    return target


def archived(files: Mapping[str, bytes]) -> bytes:
    """Return files as an archive, the same bytes for the same files."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return stream.getvalue()


def _see_that_it_is_a_package(folder: Path, files: Mapping[str, bytes]) -> None:
    """Refuse to replace a folder in which anything lies that a package does not have."""
    folders = {str(parent) for name in files for parent in PurePosixPath(name).parents}
    paths = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")))
    foreign = [name for name in paths if name not in files and name not in folders]
    if foreign:
        raise ExportRefused([Fault("casebook.not_a_package", str(folder), values={"found": foreign[0]})])
