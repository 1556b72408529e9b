"""Workspaces: what a group has, packed into one archive, opened elsewhere, and verified."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from copark.analyses.context import stage
from copark.errors import Fault, NotFound
from copark.store.workspace import (
    Contents,
    RunEntry,
    WorkspaceFindings,
    WorkspaceRefused,
    open_workspace,
    pack_workspace,
    verify_workspace,
)
from copark.workflows.answers import OUT, Progress, store_in

__all__ = ["PackedWorkspace", "WorkspaceFindings", "open_", "pack", "verify"]


@dataclass(frozen=True)
class PackedWorkspace:
    """A workspace that was written."""

    path: Path
    sha256: str
    bytes: int
    """path, sha256, bytes: where it lies, and what anybody can check it by."""
    cases: tuple[str, ...]
    studies: tuple[str, ...]
    runs: tuple[str, ...]
    """cases, studies, runs: names and identities of what it holds."""


def pack(
    file: Path,
    *,
    cases: Sequence[str] = (),
    studies: Sequence[str] = (),
    runs: Sequence[str] = (),
    everything: bool = False,
    creators: Sequence[str] = (),
    licence: str = "",
    out: Path = OUT,
    progress: Progress | None = None,
) -> PackedWorkspace:
    """Pack cases, studies and stored runs into one archive.

    A study brings its case, a run its study and its case; a study of a case of one's own is made to find it in
    ``cases/``. The same content gives the same bytes.

    Parameters
    ----------
    file
        The archive.
    cases, studies, runs
        Names or paths of cases and studies, identities of runs.
    everything
        Every stored run of the output folder, too.
    creators, licence
        Who made it, and the address of the licence it is given under.
    out
        The output folder.

    Raises
    ------
    copark.errors.CoparkError
        If something is missing or has faults, or nothing was named.
    """
    contents = _gathered(cases, studies, runs, everything, out)
    if not (contents.cases or contents.studies):
        raise _refused("nothing", str(out))
    titled = _titled(contents, tuple(creators), licence)
    digest = pack_workspace(titled, Path(file), _in_megabytes(progress, "pack"))
    names = (tuple(titled.cases), tuple(titled.studies), tuple(run.identity for run in titled.runs))
    return PackedWorkspace(Path(file), digest, Path(file).stat().st_size, *names)


def open_(file: Path, to: Path, *, progress: Progress | None = None) -> WorkspaceFindings:
    """Open a workspace into a new folder, after it was verified.

    Raises
    ------
    copark.errors.CoparkError
        If there is no such file, it is not whole, or the folder is not empty.
    """
    return open_workspace(_there(file), Path(to), _in_megabytes(progress, "unpack"))


def verify(file: Path, *, progress: Progress | None = None) -> WorkspaceFindings:
    """Verify a workspace: names, checksums, cases, studies, identities, description.

    Raises
    ------
    copark.errors.NotFound
        If there is no such file.
    """
    return verify_workspace(_there(file), _in_megabytes(progress, "unpack"))


def _in_megabytes(progress: Progress | None, name: str) -> Callable[[int, int], None]:
    """Tell a stage that counts bytes in megabytes."""
    tell = stage(progress, name)
    return lambda done, total: tell(done // 1_000_000, max(total // 1_000_000, 1))


def _there(file: Path) -> Path:
    from copark.cases.types import shown

    if not Path(file).is_file():
        raise NotFound.of("workspace.no_file", found=shown(file))
    return Path(file)


def _refused(code: str, place: str, **values: str) -> WorkspaceRefused:
    return WorkspaceRefused([Fault(f"workspace.{code}", place, None, "", values)])


def _gathered(
    cases: Sequence[str], studies: Sequence[str], runs: Sequence[str], everything: bool, out: Path
) -> Contents:
    """Everything that was named, and what it needs."""
    from copark.cases import casebook_path, load_case
    from copark.simulation.study import load_study
    from copark.store.workspace.crate import study_yaml

    entries = _runs(runs, everything, out)
    texts: dict[str, bytes] = {}
    folders: dict[str, Path] = {}
    for name in studies:
        study = load_study(name)
        case = load_case(study.case)
        _add(folders, case.name, case.folder)
        if case.folder.parent != casebook_path():  # where it lies once it is opened
            study = study.with_changes(case=f"cases/{case.name}")
        _add(texts, study.name, study_yaml(study.content()))
    for name in cases:
        case = load_case(name)
        _add(folders, case.name, case.folder)
    for run in entries:
        _add_case_of(run, folders)
        _add(texts, run.identity, study_yaml(_study_of(run, folders)))
    return Contents(folders, texts, entries, "", posteriors=_posteriors(folders, entries, out))


def _posteriors(folders: Mapping[str, Path], runs: Sequence[RunEntry], out: Path) -> dict[str, Path]:
    """Calibrations of one's own that cases and runs rest on: without them, runs could not be replayed elsewhere."""
    from copark.cases import check_case, load_case
    from copark.inference.case_parameters import posteriors_to_pack

    used = {str(run.provenance.get("draws_hash", "")) for run in runs}
    sound = [folder for folder in folders.values() if not check_case(folder)]
    return {one.name: one for folder in sound for one in posteriors_to_pack(load_case(folder), Path(out), used)}


def _study_of(run: RunEntry, folders: Mapping[str, Path]) -> dict[str, Any]:
    """The study of a run; one that names its case by a path of this machine finds it where it is packed.

    Raises
    ------
    WorkspaceRefused
        If it names a path and the case is not packed: nobody could run it elsewhere.
    """
    from copark.cases import list_cases

    study = dict(run.provenance["study"])
    named = str(study.get("case", ""))
    if named in list_cases():
        return study
    if run.case not in folders:
        raise _refused("case_gone", str(run.path), case=named, name=run.case)
    return study | {"case": f"cases/{run.case}"}


def _add(found: dict[str, Any], name: str, content: Any) -> None:
    """Add something by its name, unless something else bears it."""
    if found.setdefault(name, content) != content:
        raise _refused("same_name", name)


def _add_case_of(run: RunEntry, folders: dict[str, Path]) -> None:
    """The case of a run, if it can still be found; that it is another now is said when the workspace is verified."""
    from copark.cases import load_case
    from copark.errors import CoparkError

    if run.case in folders:
        return
    try:
        case = load_case(str(run.provenance["study"].get("case", "")))
    except CoparkError:
        return
    folders.setdefault(case.name, case.folder)


def _runs(names: Sequence[str], everything: bool, out: Path) -> tuple[RunEntry, ...]:
    store = store_in(out)
    found = {record.identity: record for record in (store.get(name) for name in names)}
    if everything:
        found |= {record.identity: record for record in store.records()[0]}
    records = [store.record(identity, deep=True) for identity in sorted(found)]
    return tuple(RunEntry(one.identity, one.path, one.created, one.provenance) for one in records)


def _titled(contents: Contents, creators: tuple[str, ...], licence: str) -> Contents:
    """The contents with a title that says what they are, and who gives them under which licence."""
    title = f"copark: {', '.join(sorted(contents.cases)) or len(contents.runs)}"
    return replace(contents, title=title, creators=creators, licence=licence or _licence(contents.cases))


def _licence(cases: Mapping[str, Path]) -> str:
    """The casebook's licence where nothing but the casebook is packed; nobody's guess otherwise."""
    from copark.cases import casebook_path
    from copark.store.workspace.crate import LICENCE

    ours = all(folder.parent == casebook_path() for folder in cases.values())
    return LICENCE if ours and cases else ""
