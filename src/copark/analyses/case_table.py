"""Shared parts of analyses of a table of cases: which table, how it and their options are read, and what is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict, TypeVar

from pydantic import BeforeValidator

from copark.analyses.contract import AnalysisParams, Argument, Option, Result
from copark.cases.user_tables import parsed
from copark.errors import Fault
from copark.json_types import JsonObject
from copark.setmethods.coupling_degree import Indicator, Subsystem
from copark.setmethods.nca import Scope
from copark.setmethods.qca_sets import FULL, SetCalibration
from copark.setmethods.qca_solutions import Expectation
from copark.setmethods.table import clean_names, fault, unique_labels
from copark.version import __version__

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.analyses.show import Show
    from copark.presentation.document import Caveat, Section, Table
    from copark.setmethods.table import CaseTable, Warned

Read = TypeVar("Read")
FORMS = ("logistic", "linear", "ecdf", "crisp")


def names(entries: str | Sequence[str]) -> tuple[str, ...]:
    """Read names of a list: separated by commas, or given one by one."""
    parts = entries.split(",") if isinstance(entries, str) else entries
    return tuple(part.strip() for part in parts) if entries else ()


def _each(
    flag: str, entries: str | Sequence[str], read: Callable[[str], Read | None], faults: list[Fault], key: str = ""
) -> tuple[Read, ...]:
    """Read the parts of a list; a fault for each that is no number."""
    values = []
    for part in map(str.strip, entries.split(",") if isinstance(entries, str) else entries):
        value = read(part)
        if value is None:
            faults.append(fault("bad_number", flag, None, key, found=part))
        else:
            values.append(value)
    return tuple(values)


def numbers(flag: str, entries: str | Sequence[float], faults: list[Fault], key: str = "") -> tuple[float, ...]:
    """Read numbers of a list.

    Parameters
    ----------
    flag
        Option the list was given for; faults name it.
    entries
        Numbers, or a text with commas between them.
    faults
        Faults are added to it.
    key
        Entry of the option the list belongs to; faults name it.
    """
    return _each(flag, entries, parsed, faults, key) if isinstance(entries, str) else tuple(map(float, entries))


def fractions(flag: str, entries: str | Sequence[str], faults: list[Fault]) -> tuple[Fraction, ...]:
    """Read numbers of a list, exactly: ``31.33`` is 3133/100.

    Parameters
    ----------
    flag
        Option the list was given for; faults name it.
    entries
        Numbers as texts, or a text with commas between them. One with more than 40 characters, above 1e12, or with an
        exponent is refused: its exact value would take too long to compute with.
    faults
        Faults are added to it.
    """

    def read(part: str) -> Fraction | None:
        value = None if len(part) > 40 else parsed(part)
        is_huge = value is None or abs(value) > 1e12 or (value != 0.0 and "e" in part.lower())
        return None if is_huge else Fraction(part)

    return _each(flag, names(entries), read, faults)


def expectations(entries: str | Sequence[str], faults: list[Fault]) -> tuple[Expectation, ...]:
    """Read directional expectations: 1, 0, or - for none."""
    meanings: dict[str, Expectation] = {"1": 1, "0": 0, "-": None}
    bad = [part for part in names(entries) if part not in meanings]
    faults += [fault("bad_expectation", "--dir-exp", None, "", found=part) for part in bad]
    return tuple(meanings[part] for part in names(entries) if part in meanings)


def _pairs(flag: str, entries: Iterable[str], faults: list[Fault]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for entry in entries:
        name, mark, value = entry.partition("=")
        name = name.strip()
        if not mark or not name or not value.strip():
            faults.append(fault("bad_pair", flag, None, "", found=entry))
        elif name in pairs:
            faults.append(fault("twice", flag, None, name, found=name))
        else:
            pairs[name] = value.strip()
    return pairs


def calibrations(
    entries: Iterable[str], faults: list[Fault], columns: Sequence[str], full: float = FULL
) -> dict[str, SetCalibration]:
    """Read ``A=exclusion,crossover,inclusion``, ``A=threshold``, or a form before the anchors (``linear:``).

    Parameters
    ----------
    entries
        Entries of the option.
    faults
        Faults are added to it.
    columns
        Columns of the analysis.
    full
        Membership at the anchor of inclusion.

    Returns
    -------
    Calibrations by column.
    """
    by_column = {}
    for name, value in _pairs("--calibrate", entries, faults).items():
        if name not in columns:
            faults.append(fault("calibrates_nothing", "--calibrate", None, name, found=name))
        head, mark, anchor_text = value.partition(":")
        faults_before = len(faults)
        anchors = numbers("--calibrate", anchor_text if mark else value, faults, name)
        if len(faults) > faults_before:
            continue
        form = head.strip() if mark else "crisp" if len(anchors) == 1 else "linear" if len(anchors) == 6 else "logistic"
        if form == "crisp" and len(anchors) > 1:
            faults.append(fault("multi_value", "--calibrate", None, name))
            continue
        try:
            if form not in FORMS:
                raise ValueError(form)
            by_column[name] = SetCalibration(anchors, form, full)  # type: ignore[arg-type]
        except ValueError:
            faults.append(fault("bad_anchors", "--calibrate", None, name, found=value))
    return by_column


def alternatives(entries: Iterable[str], faults: list[Fault], columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Read other columns of scores: ``EQUITY=EQUITY_mech`` or several after commas.

    Parameters
    ----------
    entries
        Entries of the option.
    faults
        Faults are added to it.
    columns
        Columns of the analysis.

    Returns
    -------
    Names of other columns, by column.
    """
    by_column = {}
    for name, value in _pairs("--alternative", entries, faults).items():
        if name not in columns:
            faults.append(fault("replaces_nothing", "--alternative", None, name, found=name))
        by_column[name] = names(value)
    return by_column


def scope(limits: str | Sequence[float] | None, faults: list[Fault]) -> Scope | None:
    """Read theoretical limits: ``xmin,xmax,ymin,ymax``."""
    if limits is None or limits == "":
        return None
    faults_before = len(faults)
    values = numbers("--scope", limits, faults)
    if len(faults) == faults_before and len(values) != 4:
        faults.append(fault("scope_count", "--scope", found=len(values)))
    return Scope(*values) if len(values) == 4 else None


def subsystems(definition: str, faults: list[Fault]) -> tuple[Subsystem, ...]:
    """Read subsystems: ``A,B,C``, each a column of its own, or ``economy=gdp,jobs;ecology=forest,-waste`` of several.

    A minus before a column means that less of it is better.
    """

    def indicators(columns: str) -> tuple[Indicator, ...]:
        return tuple(Indicator(name.removeprefix("-").strip(), not name.startswith("-")) for name in names(columns))

    if "=" not in definition:
        return tuple(Subsystem(indicator.column, (indicator,)) for indicator in indicators(definition))
    parts = [_pairs("--subsystems", [part], faults) for part in definition.split(";") if part.strip()]
    return tuple(Subsystem(name, indicators(value)) for pairs in parts for name, value in pairs.items())


def ranges(entries: Iterable[str], faults: list[Fault]) -> dict[str, tuple[float, float]]:
    """Read ranges of scores: ``gdp=0,100``."""
    by_column = {}
    for name, value in _pairs("--ranges", entries, faults).items():
        faults_before = len(faults)
        ends = numbers("--ranges", value, faults, name)
        if len(faults) == faults_before and len(ends) != 2:
            faults.append(fault("range_ends", "--ranges", None, name, found=value))
        elif len(ends) == 2:
            by_column[name] = (ends[0], ends[1])
    return by_column


PARKS = "parks"
"""Name by which the casebook's own fuzzy scores are asked for, where no file of that name is."""


def _names(value: Any) -> Any:
    """Read names as a list, where they are written with commas between them."""
    return tuple(name.strip() for name in value.split(",")) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
"""A list of names, or the names with commas between them."""


def _entries(value: Any) -> Any:
    """Read entries ``A=1,2,3``; one that a comma took apart is put together again."""
    entries: list[str] = []
    for part in value if isinstance(value, list | tuple) else [value]:
        if entries and isinstance(part, str) and "=" not in part:
            entries[-1] = f"{entries[-1]},{part}"
        else:
            entries.append(part)
    return tuple(entries)


Pairs = Annotated[tuple[str, ...], BeforeValidator(_entries)]
"""A list of entries such as ``A=1,2,3``."""


def _table(value: Any) -> Any:
    return None if str(value) == PARKS and not Path(PARKS).exists() else value


class TableParams(AnalysisParams):
    """Parameters of a table of cases: a file; by default, and by ``parks``, the casebook's own fuzzy scores."""

    table: Annotated[Path | None, Argument(), BeforeValidator(_table)] = None
    """CSV (UTF-8, comma-separated, decimal point) or xlsx workbook, of which the first sheet is read; ``None`` for the
    casebook's fuzzy scores."""
    label: Annotated[str | None, Option("--case")] = None
    """Column of the labels of cases; by default found by its name or place."""
    drop_missing: bool = False
    """Whether to leave out cases with missing values, which are then listed; else they are refused."""


@dataclass(frozen=True, kw_only=True)
class TableResult(Result):
    """Result from a table of cases."""

    settings: dict[str, str]
    """What was asked, as texts, by the name of the parameter."""


def read_table(params: TableParams, columns: Sequence[str], faults: Sequence[Fault], **how: Any) -> CaseTable:
    """Read a table; its faults and those of the settings come together.

    Parameters
    ----------
    params
        Parameters that name the table.
    columns
        Columns that are read.
    faults
        Faults are added to it.
    how
        Further arguments of the reader.

    Raises
    ------
    copark.errors.FaultsFound
        With every fault of the settings and the table.
    """
    from copark.cases.casebook import casebook_path
    from copark.cases.parks import SCORES
    from copark.cases.user_tables import read_case_table
    from copark.setmethods.table import SettingFaults, TableFaults

    path = casebook_path() / SCORES if params.table is None else params.table
    try:
        table = read_case_table(path, columns, label=params.label, drop_missing=params.drop_missing, **how)
    except TableFaults as error:
        raise TableFaults([*faults, *error.faults]) from None
    if faults:
        raise SettingFaults(faults)
    return table


class TableResultFields(TypedDict):
    """Fields that every result on a table has."""

    run_id: str
    provenance: JsonObject
    settings: dict[str, str]


def origin(params: AnalysisParams, context: Context, table: CaseTable | None = None) -> TableResultFields:
    """Return the fields every result of this kind has: run ID, provenance, and what was asked.

    Parameters
    ----------
    params
        What was asked.
    context
        Context that has the run ID.
    table
        The table it was asked of, where there is one.
    """
    provenance: JsonObject = {
        "code_version": __version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    if table is not None:
        provenance = {"table": table.file, "cases": len(table), "table_hash": table.digest, **provenance}
    arguments = params.model_dump(mode="json", exclude={"table"})
    settings = {
        name: ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in arguments.items()
        if value not in (None, "", [], ())
    }
    return TableResultFields(run_id=context.run_id, provenance=provenance, settings=settings)


def told(result: TableResult) -> JsonObject:
    """Return what a document's provenance tells beyond what all do."""
    return {name: result.provenance[name] for name in ("table", "cases", "table_hash") if name in result.provenance}


def caveats(warnings: Sequence[Warned], lang: str) -> tuple[Caveat, ...]:
    """Return warnings as a document shows them."""
    from copark.presentation.document import Caveat

    return tuple(Caveat(warning.sentence(lang)) for warning in warnings)


STORED_AS = {"x": "conditions", "y": "outcome"}
"""Parameter by the name that stored answers have for it."""


def method(show: Show, count: int, settings: Mapping[str, str], **values: Any) -> Section:
    """Make the section on method, limits, and what was asked.

    Parameters
    ----------
    show
        Makes blocks in the document's language.
    count
        Number of sentences on the method: the texts ``method.1`` to ``method.<count>``.
    settings
        Parameters and their values, as :class:`TableResult` keeps them.
    **values
        What the sentences are filled in with.
    """
    from copark.presentation.document import Bullets

    t = show.t
    steps = Bullets(tuple(t(f"method.{number}", **values) for number in range(1, count + 1)))
    rows = [
        (
            t(f"param.{STORED_AS.get(name, name)}.title"),
            t(f"answer.{'yes' if value == 'True' else 'no'}") if value in ("True", "False") else value,
        )
        for name, value in settings.items()
    ]
    table = show.table("settings", show.columns("setting asked"), rows, folded=True)
    return show.section("method", steps, table)


def data_table(show: Show, table: CaseTable, names: Sequence[str]) -> Table:
    """Make the table of the data as they were used; keys of columns are names that R keeps as they are.

    Parameters
    ----------
    show
        Makes blocks in the document's language.
    table
        The data.
    names
        Columns shown, in this order, after the labels of the cases.
    """
    from copark.presentation.document import Column, Kind

    keys = clean_names(names)
    columns = [show.column("case"), *(Column(keys[name], name, Kind.number) for name in names)]
    rows: list[tuple[Any, ...]] = [
        (case, *(float(table.values[name][position]) for name in names))
        for position, case in enumerate(unique_labels(table.cases))
    ]
    return show.table("data", columns, rows, folded=True)
