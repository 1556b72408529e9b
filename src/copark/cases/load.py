"""Reading and checking a case folder: the case if it is sound, else every fault at once."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

from copark.cases.accounts import Account, faults_of_accounts
from copark.cases.case import Case
from copark.cases.casebook import (
    ACCOUNTS,
    CLAIMS_EDITIONS,
    DECISIONS,
    EVIDENCE_SOURCES,
    EVIDENCE_TABLES,
    INTERESTS,
    LEVERS,
    TIES,
    casebook_path,
    cases_called,
    folder_of,
    kind_of,
    list_cases,
)
from copark.cases.contradictions import faults_between, problems_between, problems_of_dates, problems_of_sources
from copark.cases.cross_checks import problems_of, problems_of_tree, problems_of_unknown
from copark.cases.decisions import RECORDS, faults_of_evidence
from copark.cases.defaults import TABLES_UNKNOWN, checklist, even_table
from copark.cases.evidence import repeated_sources
from copark.cases.files import ENOUGH, check_folder, fault, in_reading_order, read_text
from copark.cases.pydantic_errors import CASE, SOURCES, validate_case, validate_mapping
from copark.cases.schema import CaseFile, Clock
from copark.cases.table_schemas import (
    ContextValue,
    Enterprise,
    EquityRow,
    Event,
    GrowthValue,
    Observation,
    Source,
)
from copark.cases.tables import (
    CONTEXT,
    ENTERPRISES,
    EQUITY,
    EVENTS,
    GROWTH,
    SERIES,
    SoundTable,
    cap_tables,
    faults_of_equity,
    faults_of_growth,
    faults_of_rows,
    faults_of_series,
    read_table,
)
from copark.cases.types import JUDGEMENT, Key, shown
from copark.cases.yaml_loader import Tree, read_yaml
from copark.errors import CaseFaults, Fault, NotFound
from copark.model.variables import catalogue

NEEDED = (CASE, EQUITY, EVENTS, SERIES, SOURCES)
ALWAYS_NEEDED = (CASE, SERIES, SOURCES)
"""Files that even a light case has."""
OPTIONAL = (ENTERPRISES, CONTEXT, GROWTH, *EVIDENCE_TABLES, *CLAIMS_EDITIONS, LEVERS)
_TABLES: dict[str, type[Any]] = {
    EQUITY: EquityRow,
    EVENTS: Event,
    SERIES: Observation,
    ENTERPRISES: Enterprise,
    CONTEXT: ContextValue,
    GROWTH: GrowthValue,
    ACCOUNTS: Account,
    **RECORDS,
}


def load_case(name_or_path: str | Path) -> Case:
    """Load a case that is sound, of the casebook by its name or from a folder.

    Raises
    ------
    copark.errors.NotFound
        If there is no such case or folder.
    copark.errors.CaseFaults
        If the case has faults; it carries all of them.
    """
    folder = found_folder(name_or_path)
    if folder.parent == casebook_path():
        changed = tuple(sorted((path.name, path.stat().st_mtime_ns) for path in folder.iterdir()))
        case, faults = _shipped(folder, changed)
    else:
        case, faults = examine(folder)
    if case is None:
        raise CaseFaults(faults)
    return case


def found_folder(name_or_path: str | Path) -> Path:
    """Find the folder of a case, named as in :func:`load_case`; NotFound, with what may be meant, if there is none."""
    folder = folder_of(name_or_path)
    if kind_of(folder) == "nothing":
        near = cases_called(str(name_or_path))
        key = "cases.not_found_near" if near else "cases.not_found"
        raise NotFound.of(key, found=shown(name_or_path), suggestion=" | ".join(near or list_cases()))
    return folder


@lru_cache(maxsize=32)
def _shipped(folder: Path, _changed: tuple[tuple[str, int], ...]) -> tuple[Case | None, list[Fault]]:
    """Read a case of the casebook, once as long as its files are as they are."""
    return examine(folder)


def check_case(name_or_path: str | Path) -> list[Fault]:
    """Return every fault of a case, named as in :func:`load_case`; none if it is sound."""
    return examine(folder_of(name_or_path))[1]


def examine(folder: Path) -> tuple[Case | None, list[Fault]]:
    """Read a case folder and check it; ``None`` if it has faults.

    All faults are given in reading order, at most :data:`copark.cases.files.MOST_FAULTS` and a closing line.
    """
    folder = Path(folder)
    faults: list[Fault] = []
    kind = kind_of(folder)
    if kind != "folder":
        return None, [fault("no_folder" if kind == "nothing" else "not_a_folder", str(folder))]
    folder = folder.resolve()
    present = check_folder(folder, ALWAYS_NEEDED, (*TABLES_UNKNOWN.values(), *OPTIONAL), faults)
    sources = _read_sources(folder, SOURCES, faults) if SOURCES in present else None
    of_evidence = _read_sources(folder, EVIDENCE_SOURCES, faults) if EVIDENCE_SOURCES in present else {}
    faults.extend(repeated_sources(of_evidence or (), sources or ()))
    file, sections = _read_case_file(folder, sources, faults) if CASE in present else (None, {})
    tables: dict[str, SoundTable[Any]] = {}
    if present:
        unknown = sections.get("not_known", ())
        lacking = (name for word, name in TABLES_UNKNOWN.items() if word not in unknown)
        faults.extend(fault("missing_file", name) for name in lacking if name not in present)
        tables = {name: _read_rows(folder, name, faults) for name in _TABLES if name in present}
        of_case = {name: table for name, table in tables.items() if name not in EVIDENCE_TABLES}
        faults.extend(_faults_of_tables(of_case, sources, sections.get("clock"), needs_equity="equity" not in unknown))
        known = None if sources is None or of_evidence is None else {*sources, *of_evidence}
        if ACCOUNTS in tables:
            faults.extend(islice(faults_of_accounts(tables[ACCOUNTS], known), ENOUGH))
        for name in RECORDS:
            if name in tables:
                faults.extend(islice(faults_of_evidence(name, tables[name], known), ENOUGH))
        # What is wrong in these two must not be told again of every row that rests on it.
        wrong = {entry.file for entry in faults}
        known_facts = {} if CASE in wrong else sections
        known_sources = None if SOURCES in wrong else sources
        faults.extend(islice(faults_between(known_facts, of_case, known_sources), ENOUGH))
    ordered = in_reading_order(faults, (*NEEDED, *OPTIONAL))
    if ordered or file is None or sources is None:
        return None, ordered
    return _put_together(folder, file, sources, of_evidence or {}, tables), []


def _read_tree(folder: Path, name: str, faults: list[Fault]) -> Tree | None:
    text = read_text(folder, name, faults)
    return None if text is None else read_yaml(text, name, faults)


def _read_sources(folder: Path, name: str, faults: list[Fault]) -> dict[str, Source] | None:
    tree = _read_tree(folder, name, faults)
    if tree is None:
        return None
    if isinstance(tree.data, dict) and JUDGEMENT in tree.data:
        faults.append(fault("reserved_source", name, tree.line((JUDGEMENT,)), JUDGEMENT))
    sources: dict[str, Source] | None = validate_mapping(tree, name, dict[Key, Source], Source, faults)
    if sources is None and isinstance(tree.data, dict):
        # Their keys are enough to look for missing ones; the entries' own faults are told already.
        return dict.fromkeys(tree.data, Source(outlet="?", read="original"))
    faults.extend(
        fault(problem.code, SOURCES, tree.line(problem.path), problem.path, **problem.values)
        for problem in islice(problems_of_sources(sources or {}), ENOUGH)
    )
    return sources


def _read_case_file(
    folder: Path, sources: Mapping[str, Source] | None, faults: list[Fault]
) -> tuple[CaseFile | None, Mapping[str, Any]]:
    tree = _read_tree(folder, CASE, faults)
    if tree is None:
        return None, {}
    file, sections = validate_case(tree, faults)
    clock: Clock | None = sections.get("clock")
    own = catalogue().parameters
    problems = chain(
        problems_of(
            sections,
            {name: parameter.unit for name, parameter in own.items()},
            {name: len(parameter.default) for name, parameter in own.items()},
        ),
        problems_of_unknown(tree.data),
        problems_between(sections),
        problems_of_dates(tree.data),
        problems_of_tree(tree.data, sources, None if clock is None else clock.data_end),
    )
    faults.extend(
        fault(problem.code, CASE, tree.line(problem.path), problem.path, **problem.values)
        for problem in islice(problems, ENOUGH)
    )
    return file, sections


def _read_rows(folder: Path, name: str, faults: list[Fault]) -> SoundTable[Any]:
    text = read_text(folder, name, faults)
    return SoundTable([], [{}]) if text is None else read_table(text, name, _TABLES[name], faults)


def _faults_of_tables(
    tables: Mapping[str, SoundTable[Any]], sources: Iterable[str] | None, clock: Clock | None, *, needs_equity: bool
) -> Iterator[Fault]:
    for name, table in tables.items():
        faults = faults_of_rows(name, table.rows, sources, None if clock is None else clock.data_end)
        yield from islice(faults, ENOUGH)
    if EQUITY in tables:
        start = None if clock is None else clock.start
        yield from islice(faults_of_equity(tables[EQUITY], start, needed=needs_equity), ENOUGH)
    if SERIES in tables:
        yield from islice(faults_of_series(tables[SERIES].rows), ENOUGH)
    if GROWTH in tables:
        yield from islice(faults_of_growth(tables[GROWTH].rows), ENOUGH)


def _put_together(
    folder: Path,
    file: CaseFile,
    sources: Mapping[str, Source],
    evidence_sources: Mapping[str, Source],
    tables: Mapping[str, SoundTable[Any]],
) -> Case:
    records = {name: tuple(row.record for row in table.rows) for name, table in tables.items()}
    equity = cap_tables(tables[EQUITY].rows) if EQUITY in tables else ()
    if "equity" in file.not_known:
        equity = (even_table(file.clock.start), *equity)
    return Case.model_construct(
        **{name: getattr(file, name) for name in CaseFile.model_fields},
        equity=equity,
        events=tuple(sorted(records.get(EVENTS, ()), key=lambda event: event.date)),
        observations=(*records[SERIES], *checklist(file.services, records[SERIES], file.clock.data_end)),
        sources=dict(sources),
        enterprises=records.get(ENTERPRISES, ()),
        host_context=records.get(CONTEXT, ()),
        growth=records.get(GROWTH, ()),
        accounts=records.get(ACCOUNTS, ()),
        interests_on_record=records.get(INTERESTS, ()),
        decisions=records.get(DECISIONS, ()),
        ties_on_record=records.get(TIES, ()),
        evidence_sources=dict(evidence_sources),
        folder=folder,
    )
