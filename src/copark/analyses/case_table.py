"""What analyses of a table of cases share: which table, how it and their options are read, and what is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BeforeValidator

from copark.analyses.contract import AnalysisParams, Argument, Option, Result
from copark.cases.user_tables import parsed
from copark.errors import Fault
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


def names(given: str | Sequence[str]) -> tuple[str, ...]:
    """Names of a list: separated by commas, or given one by one."""
    parts = given.split(",") if isinstance(given, str) else given
    return tuple(part.strip() for part in parts) if given else ()


def _each(
    flag: str, given: str | Sequence[str], read: Callable[[str], Read | None], faults: list[Fault], key: str = ""
) -> tuple[Read, ...]:
    """What the parts of a list say; a fault for each that is no number."""
    found = []
    for part in map(str.strip, given.split(",") if isinstance(given, str) else given):
        value = read(part)
        if value is None:
            faults.append(fault("bad_number", flag, None, key, found=part))
        else:
            found.append(value)
    return tuple(found)


def numbers(flag: str, given: str | Sequence[float], faults: list[Fault], key: str = "") -> tuple[float, ...]:
    """Numbers of a list."""
    return _each(flag, given, parsed, faults, key) if isinstance(given, str) else tuple(map(float, given))


def fractions(flag: str, given: str | Sequence[str], faults: list[Fault]) -> tuple[Fraction, ...]:
    """Numbers of a list, exactly: ``31.33`` is 3133/100."""

    def read(part: str) -> Fraction | None:
        value = None if len(part) > 40 else parsed(part)
        is_huge = value is None or abs(value) > 1e12 or (value != 0.0 and "e" in part.lower())
        return None if is_huge else Fraction(part)

    return _each(flag, names(given), read, faults)


def expectations(given: str | Sequence[str], faults: list[Fault]) -> tuple[Expectation, ...]:
    """Directional expectations: 1, 0, or - for none."""
    known: dict[str, Expectation] = {"1": 1, "0": 0, "-": None}
    bad = [part for part in names(given) if part not in known]
    faults += [fault("bad_expectation", "--dir-exp", None, "", found=part) for part in bad]
    return tuple(known[part] for part in names(given) if part in known)


def _pairs(flag: str, given: Iterable[str], faults: list[Fault]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in given:
        name, mark, value = one.partition("=")
        name = name.strip()
        if not mark or not name or not value.strip():
            faults.append(fault("bad_pair", flag, None, "", found=one))
        elif name in found:
            faults.append(fault("twice", flag, None, name, found=name))
        else:
            found[name] = value.strip()
    return found


def calibrations(
    given: Iterable[str], faults: list[Fault], known: Sequence[str], full: float = FULL
) -> dict[str, SetCalibration]:
    """Calibrations: ``A=exclusion,crossover,inclusion``, ``A=threshold``, or a form before the anchors (``linear:``).

    known: columns of the analysis; full: membership at the anchor of inclusion.
    """
    found = {}
    for name, value in _pairs("--calibrate", given, faults).items():
        if name not in known:
            faults.append(fault("calibrates_nothing", "--calibrate", None, name, found=name))
        head, mark, rest = value.partition(":")
        before = len(faults)
        anchors = numbers("--calibrate", rest if mark else value, faults, name)
        if len(faults) > before:
            continue
        form = head.strip() if mark else "crisp" if len(anchors) == 1 else "linear" if len(anchors) == 6 else "logistic"
        if form == "crisp" and len(anchors) > 1:
            faults.append(fault("multi_value", "--calibrate", None, name))
            continue
        try:
            if form not in FORMS:
                raise ValueError(form)
            found[name] = SetCalibration(anchors, form, full)  # type: ignore[arg-type]
        except ValueError:
            faults.append(fault("bad_anchors", "--calibrate", None, name, found=value))
    return found


def alternatives(given: Iterable[str], faults: list[Fault], known: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Other columns of scores: ``EQUITY=EQUITY_mech`` or several after commas."""
    found = {}
    for name, value in _pairs("--alternative", given, faults).items():
        if name not in known:
            faults.append(fault("replaces_nothing", "--alternative", None, name, found=name))
        found[name] = names(value)
    return found


def scope(given: str | Sequence[float] | None, faults: list[Fault]) -> Scope | None:
    """Theoretical limits: ``xmin,xmax,ymin,ymax``."""
    if given is None or given == "":
        return None
    before = len(faults)
    values = numbers("--scope", given, faults)
    if len(faults) == before and len(values) != 4:
        faults.append(fault("scope_count", "--scope", found=len(values)))
    return Scope(*values) if len(values) == 4 else None


def subsystems(given: str, faults: list[Fault]) -> tuple[Subsystem, ...]:
    """Subsystems: ``A,B,C``, each a column of its own, or ``economy=gdp,jobs;ecology=forest,-waste`` of several.

    A minus before a column means that less of it is better.
    """

    def indicators(written: str) -> tuple[Indicator, ...]:
        return tuple(Indicator(one.removeprefix("-").strip(), not one.startswith("-")) for one in names(written))

    if "=" not in given:
        return tuple(Subsystem(one.column, (one,)) for one in indicators(given))
    parts = [_pairs("--subsystems", [part], faults) for part in given.split(";") if part.strip()]
    return tuple(Subsystem(name, indicators(value)) for pairs in parts for name, value in pairs.items())


def ranges(given: Iterable[str], faults: list[Fault]) -> dict[str, tuple[float, float]]:
    """Ranges of scores: ``gdp=0,100``."""
    found = {}
    for name, value in _pairs("--ranges", given, faults).items():
        before = len(faults)
        ends = numbers("--ranges", value, faults, name)
        if len(faults) == before and len(ends) != 2:
            faults.append(fault("range_ends", "--ranges", None, name, found=value))
        elif len(ends) == 2:
            found[name] = (ends[0], ends[1])
    return found


PARKS = "parks"
"""Name by which the casebook's own fuzzy scores are asked for, where no file of that name is."""


def _names(given: Any) -> Any:
    """Names as a list, where they are written with commas between them."""
    return tuple(one.strip() for one in given.split(",")) if isinstance(given, str) else given


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
"""A list of names, or the names with commas between them."""


def _entries(given: Any) -> Any:
    """Entries ``A=1,2,3``; one that a comma took apart is put together again."""
    found: list[str] = []
    for one in given if isinstance(given, list | tuple) else [given]:
        if found and isinstance(one, str) and "=" not in one:
            found[-1] = f"{found[-1]},{one}"
        else:
            found.append(one)
    return tuple(found)


Pairs = Annotated[tuple[str, ...], BeforeValidator(_entries)]
"""A list of entries such as ``A=1,2,3``."""


def _table(given: Any) -> Any:
    return None if str(given) == PARKS and not Path(PARKS).exists() else given


class TableParams(AnalysisParams):
    """What may be asked of a table of cases: a file; by default, and by ``parks``, the casebook's own fuzzy scores."""

    table: Annotated[Path | None, Argument(), BeforeValidator(_table)] = None
    """CSV (UTF-8, comma-separated, decimal point) or xlsx workbook, of which the first sheet is read; ``None`` for the
    casebook's fuzzy scores."""
    label: Annotated[str | None, Option("--case")] = None
    """Column of the labels of cases; by default found by its name or place."""
    drop_missing: bool = False
    """Whether to leave out cases with missing values, which are then listed; else they are refused."""


@dataclass(frozen=True, kw_only=True)
class TableResult(Result):
    """What is found in a table of cases."""

    settings: dict[str, str]
    """What was asked, as texts, by the name of the parameter."""


def read_table(params: TableParams, columns: Sequence[str], faults: Sequence[Fault], **how: Any) -> CaseTable:
    """Read a table; its faults and those of the settings come together.

    Raises copark.errors.FaultsFound with every fault of the settings and the table.
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


def origin(params: AnalysisParams, context: Context, table: CaseTable | None = None) -> dict[str, Any]:
    """The fields every result of this kind has: run ID, provenance, and what was asked."""
    told: dict[str, Any] = {"code_version": __version__, "created": datetime.now(UTC).isoformat(timespec="seconds")}
    if table is not None:
        told = {"table": table.file, "cases": len(table), "table_hash": table.digest, **told}
    asked = params.model_dump(mode="json", exclude={"table"})
    settings = {
        name: ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in asked.items()
        if value not in (None, "", [], ())
    }
    return {"run_id": context.run_id, "provenance": told, "settings": settings}


def told(found: TableResult) -> dict[str, Any]:
    """What a document's provenance tells beyond what all do."""
    return {name: found.provenance[name] for name in ("table", "cases", "table_hash") if name in found.provenance}


def caveats(warnings: Sequence[Warned], lang: str) -> tuple[Caveat, ...]:
    """Warnings as a document shows them."""
    from copark.presentation.document import Caveat

    return tuple(Caveat(one.sentence(lang)) for one in warnings)


def method(show: Show, count: int, settings: Mapping[str, str], **values: Any) -> Section:
    """The section on method, limits, and what was asked."""
    from copark.presentation.document import Bullets

    t = show.t
    said = Bullets(tuple(t(f"method.{at}", **values) for at in range(1, count + 1)))
    rows = [
        (
            t(f"param.{name}.title"),
            t(f"answer.{'yes' if value == 'True' else 'no'}") if value in ("True", "False") else value,
        )
        for name, value in settings.items()
    ]
    table = show.table("settings", show.columns("setting asked"), rows, folded=True)
    return show.section("method", said, table)


def data_table(show: Show, table: CaseTable, names: Sequence[str]) -> Table:
    """The data as they were used; keys of columns are names that R keeps as they are."""
    from copark.presentation.document import Column, Kind

    keys = clean_names(names)
    columns = [show.column("case"), *(Column(keys[name], name, Kind.number) for name in names)]
    rows: list[tuple[Any, ...]] = [
        (case, *(float(table.values[name][at]) for name in names)) for at, case in enumerate(unique_labels(table.cases))
    ]
    return show.table("data", columns, rows, folded=True)
