"""Workspaces: what a group has, packed into one archive, opened elsewhere, and verified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copark.analyses.progress import stage
from copark.cases import casebook_path, check_case, list_cases, load_case
from copark.cases.types import shown
from copark.errors import CoparkError, Fault, NotFound
from copark.json_types import JsonObject
from copark.progress import Progress, StagedProgress
from copark.store.errors import DamagedRun, MisplacedRun
from copark.store.run_record import RunRecord
from copark.store.runs import OUT, RunStore
from copark.store.workspace import (
    LICENCE,
    Contents,
    WorkspaceFindings,
    WorkspaceRefused,
    open_workspace,
    pack_workspace,
    study_yaml,
    verify_workspace,
)

__all__ = ["PackedWorkspace", "WorkspaceFindings", "open_", "pack", "verify"]


@dataclass(frozen=True)
class PackedWorkspace:
    """A workspace that was written."""

    path: Path
    """Where it lies."""
    sha256: str
    """Checksum of the file, by which anybody can check it."""
    bytes: int
    """Size of the file."""
    cases: tuple[str, ...]
    """Names of the cases it holds."""
    studies: tuple[str, ...]
    """Names of the studies it holds."""
    runs: tuple[str, ...]
    """Identities of the runs it holds."""
    left_out: tuple[Fault, ...] = ()
    """Why runs of the output folder were left out, of which every one was asked for: a fault for each folder."""


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
    progress: StagedProgress | None = None,
) -> PackedWorkspace:
    """Pack cases, studies and stored runs into one archive.

    A study brings its case, a run its study and its case; a study of a case of one's own is made to find it in
    ``cases/``. The same content gives the same bytes.

    Parameters
    ----------
    file
        Archive to write.
    cases, studies, runs
        Names or paths of cases and studies, identities of runs.
    everything
        Every stored run of the output folder, too; those that are damaged or misplaced are left out, and told.
    creators, licence
        Who made it, and the address of the licence it is given under: by default the casebook's where nothing but the
        casebook is packed, and nobody's guess otherwise.
    out
        Output folder of the runs, and of calibrations that cases and runs rest on.
    progress
        Called with stage, done and total, in MB.

    Raises
    ------
    copark.errors.CoparkError
        If something that was named is missing or has faults, or there is nothing to pack.
    """
    named, left_out = _runs(runs, everything, out)
    folders, texts, records = _gathered(cases, studies, named)
    if not (folders or texts):
        raise WorkspaceRefused(left_out) if left_out else _refused("nothing", str(out))
    ours = all(folder.parent == casebook_path() for folder in folders.values())
    stated = licence or (LICENCE if ours and folders else "")
    contents = Contents(folders, texts, records, stated, tuple(creators), _posteriors(folders, records, out))
    digest = pack_workspace(contents, Path(file), _in_megabytes(progress, "pack"))
    names = tuple(folders), tuple(texts), tuple(run.identity for run in records)
    return PackedWorkspace(Path(file), digest, Path(file).stat().st_size, *names, left_out)


def open_(file: Path, to: Path, *, progress: StagedProgress | None = None) -> WorkspaceFindings:
    """Open a workspace into a new folder, after it was verified; a ``CoparkError`` if it cannot be.

    Parameters
    ----------
    file
        The workspace.
    to
        The folder.
    progress
        Called with stage, done and total.
    """
    return open_workspace(_there(file), Path(to), _in_megabytes(progress, "unpack"))


def verify(file: Path, *, progress: StagedProgress | None = None) -> WorkspaceFindings:
    """Verify a workspace: names, checksums, cases, studies, identities, description."""
    return verify_workspace(_there(file), _in_megabytes(progress, "unpack"))


def _in_megabytes(progress: StagedProgress | None, name: str) -> Progress:
    report = stage(progress, name)
    return lambda done, total: report(done // 1_000_000, max(total // 1_000_000, 1))


def _there(file: Path) -> Path:
    if not Path(file).is_file():
        raise NotFound.of("workspace.no_file", found=shown(file))
    return Path(file)


def _refused(code: str, place: str, **values: str) -> WorkspaceRefused:
    return WorkspaceRefused([Fault(f"workspace.{code}", place, None, "", values)])


def _runs(names: Sequence[str], everything: bool, out: Path) -> tuple[tuple[RunRecord, ...], tuple[Fault, ...]]:
    """Collect stored runs that are to be packed, and why others cannot be, where every run was asked for."""
    store = RunStore.of(out)
    identities = {store.get(name).identity for name in names}
    records = {identity: store.record(identity, deep=True) for identity in sorted(identities)}
    left_out: list[Fault] = []
    for name in store.names() if everything else ():
        try:
            records.setdefault(name, store.record(name, deep=True))
        except (DamagedRun, MisplacedRun) as refusal:
            left_out.append(refusal.faults[0])
    return tuple(records[identity] for identity in sorted(records)), tuple(left_out)


def _gathered(
    cases: Sequence[str], studies: Sequence[str], runs: tuple[RunRecord, ...]
) -> tuple[dict[str, Path], dict[str, bytes], tuple[RunRecord, ...]]:
    from copark.simulation.study import load_study

    texts: dict[str, bytes] = {}
    folders: dict[str, Path] = {}

    def add(gathered: JsonObject, name: str, content: Any) -> None:
        """Add an entry that is to be packed, once.

        Parameters
        ----------
        gathered
            Entries so far, by name; changed in place.
        name
            Name in the workspace.
        content
            Folder of a case, or the text of a study.

        Raises
        ------
        WorkspaceRefused
            If an entry with another content has this name.
        """
        if gathered.setdefault(name, content) != content:  # something else bears the name
            raise _refused("same_name", name)

    for name in studies:
        study = load_study(name)
        case = load_case(study.case)
        add(folders, case.name, case.folder)
        if case.folder.parent != casebook_path():  # where it lies once it is opened
            study = study.with_changes(case=f"cases/{case.name}")
        add(texts, study.name, study_yaml(study.content()))
    for name in cases:
        case = load_case(name)
        add(folders, case.name, case.folder)
    for run in runs:
        study_of_run = dict(run.provenance["study"])
        name = str(run.provenance.get("case", ""))
        named = str(study_of_run.get("case", ""))
        if name not in folders:
            try:  # that it is another now is said when the workspace is verified
                case = load_case(named)
                folders.setdefault(case.name, case.folder)
            except CoparkError:
                pass
        if named not in list_cases():  # a path of this machine: the study finds its case where it is packed
            if name not in folders:  # nobody could run it elsewhere
                raise _refused("case_gone", str(run.path), case=named, name=name)
            study_of_run["case"] = f"cases/{name}"
        add(texts, run.identity, study_yaml(study_of_run))
    return folders, texts, runs


def _posteriors(folders: Mapping[str, Path], runs: Sequence[RunRecord], out: Path) -> dict[str, Path]:
    """Find calibrations of one's own that cases and runs rest on: without them, runs could be replayed nowhere else."""
    from copark.calibration.case_parameters import posteriors_to_pack

    used = {str(run.provenance.get("draws_hash", "")) for run in runs}
    sound = [folder for folder in folders.values() if not check_case(folder)]
    return {
        posterior.name: posterior
        for folder in sound
        for posterior in posteriors_to_pack(load_case(folder), Path(out), used)
    }
