"""Commands that list, show, check and create cases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from copark.analyses.progress import stage
from copark.errors import CaseFaults, Fault, NotFound, printable
from copark.presentation.numbers import number, percent
from copark.progress import StagedProgress
from copark.store.runs import OUT, RunStore
from copark.texts import text

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.simulation.study import Study
    from copark.store.run_record import RunRecord


Entries = tuple[tuple[str, str], ...]


def check(name_or_path: str | Path) -> list[Fault]:
    """Find every fault of a case and of what its folder holds beside its facts; none if all is sound."""
    return list(check_with_notes(name_or_path).faults)


@dataclass(frozen=True)
class Checked:
    """Check of one part of the casebook: faults, what a data-only case lacks, growth on record.

    ``name`` is a case, or ``parks`` for the table of parks.
    """

    name: str
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()
    growth: tuple[str, ...] = ()


def check_with_notes(name_or_path: str | Path, lang: str = "en") -> Checked:
    """Check a case and what its folder holds: all faults or, without any, what it lacks and how far growth is known.

    NotFound if there is no such case or folder.
    """
    from copark.cases.casebook import kind_of
    from copark.cases.completeness import growth_notes, notes_of
    from copark.cases.load import examine, found_folder
    from copark.workflows.park_folder import faults_beside

    folder = found_folder(name_or_path)
    if folder.suffix.lower() == ".xlsx":
        return _check_workbook(folder, lang)
    case, faults = examine(folder)
    if kind_of(folder) == "folder":
        faults = [*faults, *faults_beside(folder, case)]
    if case is None or faults:
        return Checked(str(name_or_path), tuple(faults))
    return Checked(str(name_or_path), (), notes_of(case, lang), growth_notes(case, lang))


def _check_workbook(path: Path, lang: str) -> Checked:
    """Check a workbook as the case it would become; faults are told by cell."""
    from tempfile import TemporaryDirectory

    from copark.cases.workbook_writing import case_from_workbook

    with TemporaryDirectory(prefix="copark-") as folder:
        try:
            case = case_from_workbook(path, Path(folder), checked_only=True)
        except CaseFaults as error:
            return Checked(path.name, error.faults)
        return replace(check_with_notes(case, lang), name=path.name)


def check_casebook(lang: str = "en") -> tuple[Checked, ...]:
    """Check everything the casebook holds: every case, and the table of parks with its sources and scores."""
    from copark.cases.casebook import list_cases
    from copark.cases.parks import examine_parks

    cases = tuple(check_with_notes(name, lang) for name in list_cases())
    return (*cases, Checked("parks", tuple(examine_parks()[1])))


def new(name: str, folder: Path = Path()) -> Path:
    """Make the commented skeleton of a case that passes :func:`check`."""
    from copark.cases import new_case

    return new_case(name, folder)


def new_from_workbook(path: Path, folder: Path = Path(), name: str = "") -> Path:
    """Make a case folder of a workbook, if it is sound.

    Parameters
    ----------
    path
        The workbook.
    folder
        Folder in which the case gets its own new folder; by default the working directory.
    name
        Short name of the case; where it is empty the one in the workbook, else the workbook's own.

    Returns
    -------
    pathlib.Path
        The case's new folder.

    Raises
    ------
    copark.errors.CaseFaults
        With every fault by sheet and cell; or if the workbook cannot be read, or the folder cannot be made.
    """
    from copark.cases.workbook_writing import case_from_workbook

    return case_from_workbook(path, folder, name)


def new_workbook(path: Path, lang: str = "en", *, name: str = "", of: str | None = None, example: bool = False) -> Path:
    """Write a workbook to fill in, or that of a case, or of an invented park, to change.

    Parameters
    ----------
    path
        File to write.
    lang
        Language of the workbook, ``en`` or ``zh``.
    name
        Name of the new case.
    of
        A case whose workbook is written instead.
    example
        Write that of the invented park instead.
    """
    from copark.cases.workbook_writing import EXAMPLE, write_workbook

    return write_workbook(path, lang, name=name, of=str(EXAMPLE) if example else of)


def json_schema(of: Literal["case", "reply"]) -> str:
    """Return the JSON Schema of ``case.yaml``, or of what commands print with ``--json``."""
    if of == "reply":
        from copark.presentation.reply import reply_schema

        return json.dumps(reply_schema(), ensure_ascii=False, indent=2)
    from copark.cases import skeleton

    return json.dumps(skeleton.case_schema(), ensure_ascii=False, indent=2)


def write_schema(of: Literal["case", "reply"], path: Path) -> Path:
    """Write a JSON Schema to a file, or into a folder, and give the file."""
    if of == "case":
        from copark.cases import skeleton

        return skeleton.export_schema(path)
    from copark.store.files import written_file

    with written_file(path / "reply.schema.json" if path.is_dir() else path) as target:
        target.write_text(f"{json_schema(of)}\n", encoding="utf-8", newline="\n")
    return path


def shadowed(name: str, lang: str = "en") -> str:
    """Return which park a name means, where a folder here has the name of a case of the casebook; else nothing."""
    from copark.cases.casebook import shadowed_note

    return shadowed_note(name, lang)


def names_of_cases() -> tuple[str, ...]:
    """List the names of the casebook's cases; none is read."""
    from copark.cases.casebook import list_cases

    return list_cases()


def names_of_studies() -> tuple[str, ...]:
    """List the names of the studies shipped; none is read."""
    from copark.simulation.study import list_studies

    return tuple(list_studies())


def catalogue(lang: str = "en") -> dict[str, Entries]:
    """List cases of the casebook and studies shipped, each with its title; stored runs are in :func:`runs.books`."""
    from copark.cases import list_cases, load_case
    from copark.simulation.study import list_studies, load_study

    return {
        "cases": tuple((name, load_case(name).title.text(lang)) for name in list_cases()),
        "studies": tuple((name, load_study(name).title.text(lang)) for name in list_studies()),
    }


def show(name: str, out: Path = OUT, lang: str = "en") -> tuple[str, Entries]:
    """Return title and entries of what a stored run, a study or a case holds, looked for in this order.

    Parameters
    ----------
    name
        Run ID of a stored run, or the first digits of one; name or file of a study; name or folder of a case.
    out
        Output folder in which stored runs are looked for.
    lang
        Language of title and entries, ``en`` or ``zh``.

    Returns
    -------
    tuple
        The title; and pairs of a heading and its value, in the order shown.

    Raises
    ------
    copark.errors.NotFound
        If nothing has this name.
    """
    from copark.cases import load_case
    from copark.simulation.study import list_studies, load_study

    store = RunStore.of(out)
    if (stored := store.named(name)) is not None:
        return _describe_run(store.record(stored), lang)
    if name in list_studies() or Path(name).is_file():
        return _describe_study(load_study(name), lang)
    return _describe_case(load_case(name), lang)


def _described(title: str, lang: str, entries: Iterator[tuple[str, object]]) -> tuple[str, Entries]:
    return title, tuple((text(f"workflows.entry.{key}", lang), str(value)) for key, value in entries)


def _describe_case(case: Case, lang: str) -> tuple[str, Entries]:
    from copark.cases.completeness import growth_notes, mechanisms_of, notes_of

    def entries() -> Iterator[tuple[str, object]]:
        yield "name", case.name
        yield "kind", text(f"workflows.kind.{case.kind}", lang)
        yield "clock", text("workflows.clock", lang, start=case.clock.start, quarters=case.clock.quarters)
        yield "data_end", case.clock.data_end
        owners = (entry.title.text(lang) for entry in case.shareholders)
        yield "shareholders", text("report.join.list", lang).join(owners)
        yield "cap_tables", len(case.equity)
        yield "events", len(case.events)
        used = sum(entry.use for entry in case.observations)
        yield "observations", text("workflows.used", lang, total=len(case.observations), used=used)
        yield "sources", len(case.sources)
        mechanisms = mechanisms_of(case)
        for state in ("acts", "idle", "unknown"):
            if named := [text(f"cases.can_act.{name}", lang) for name, actual in mechanisms.items() if actual == state]:
                yield f"mechanisms_{state}", text("workflows.join", lang).join(named)
        yield from (("lacks", note) for note in (*notes_of(case, lang), *growth_notes(case, lang)))
        yield "folder", case.folder
        yield "hash", case.hash

    return _described(case.title.text(lang), lang, entries())


def _describe_study(study: Study, lang: str) -> tuple[str, Entries]:
    def entries() -> Iterator[tuple[str, object]]:
        yield "name", study.name
        yield "case", study.case
        yield "runs", number(study.runs, 0)
        yield "seed", study.seed
        yield "draws", text(f"workflows.draws.{study.draws}", lang)
        for scenario in study.scenarios:
            yield "scenario", f"{scenario.key}: {scenario.title.text(lang)}"
        yield "outputs", ", ".join(study.kept)

    return _described(study.title.text(lang), lang, entries())


def _describe_run(record: RunRecord, lang: str) -> tuple[str, Entries]:
    from copark.presentation.run_export import outcomes_table, provenance_table

    entries = [(str(entry), str(value)) for entry, value in provenance_table(record, lang).rows]
    for scenario, outcome, count, share, _trust in outcomes_table(record, lang).rows:
        entries.append((str(scenario), f"{outcome}: {number(float(count or 0), 0)} ({percent(float(share or 0), 1)})"))
    entries.append((text("workflows.entry.folder", lang), str(record.path)))
    return text("workflows.stored_run", lang, identity=record.identity), tuple(entries)


def form_of_run(to: Path, form: str | None = None) -> str:
    """Return the form a stored run is exported in: the one asked for, else the one that a name ends in.

    Parameters
    ----------
    to
        Where it is written.
    form
        Form asked for.

    Raises
    ------
    copark.errors.NotFound
        If none is asked for and the name says none.
    """
    from copark.presentation.run_export import ENDINGS

    chosen = form or ENDINGS.get(Path(to).suffix.lower())
    if chosen is None:
        raise NotFound.of("cli.export.no_form", found=printable(str(to)), known=", ".join(ENDINGS.values()))
    return chosen


def export(
    identity: str,
    form: str | None,
    to: Path,
    *,
    out: Path = OUT,
    overwrite: bool = False,
    lang: str = "en",
    progress: StagedProgress | None = None,
) -> Path:
    """Export a stored run in another form; see :func:`copark.presentation.run_export.export_run`.

    Parameters
    ----------
    identity
        Identity of the run.
    form
        ``netcdf``, ``csv``, ``parquet``, ``dta`` or ``xlsx``; ``None`` for what the name ends in.
    to
        Where it is written.
    out
        Output folder.
    overwrite
        Replace what is there.
    lang
        Language of heads, ``en`` or ``zh``.
    progress
        Called with stage, done and total.
    """
    from copark.presentation.run_export import export_run

    chosen = form_of_run(to, form)
    report = stage(progress, "export")
    return export_run(RunStore.of(out), identity, chosen, Path(to), lang=lang, replace=overwrite, progress=report)
