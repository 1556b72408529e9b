"""What analyses of a table of cases share: which table, how it is read, and what of it a document tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator

from copark.analyses.contract import AnalysisParams, Argument, Option, Result
from copark.setmethods.table import clean_names, unique_labels
from copark.version import __version__

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.analyses.show import Show
    from copark.errors import Fault
    from copark.presentation.document import Caveat, Section, Table
    from copark.setmethods.table import CaseTable, Warned

PARKS = "parks"
"""Name by which the casebook's own fuzzy scores are asked for, where no file of that name is."""


def _names(given: Any) -> Any:
    """Names as a list, where they are written with commas between them."""
    return tuple(one.strip() for one in given.split(",")) if isinstance(given, str) else given


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
"""A list of names, or the names with commas between them."""


def _pairs(given: Any) -> Any:
    """Entries ``A=1,2,3``; one that a comma took apart is put together again."""
    found: list[str] = []
    for one in given if isinstance(given, list | tuple) else [given]:
        if found and isinstance(one, str) and "=" not in one:
            found[-1] = f"{found[-1]},{one}"
        else:
            found.append(one)
    return tuple(found)


Pairs = Annotated[tuple[str, ...], BeforeValidator(_pairs)]
"""A list of entries such as ``A=1,2,3``."""


def _table(given: Any) -> Any:
    return None if str(given) == PARKS and not Path(PARKS).exists() else given


class TableParams(AnalysisParams):
    """What may be asked of a table of cases.

    Parameters
    ----------
    table
        CSV file or workbook; the casebook's own fuzzy scores by default, as by ``parks``.
    label
        Column with the cases' labels.
    drop_missing
        Leave cases with missing values out.
    """

    table: Annotated[Path | None, Argument(), BeforeValidator(_table)] = None
    label: Annotated[str | None, Option("--case")] = None
    drop_missing: bool = False


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
    from copark.cases.foreign_tables import read_case_table
    from copark.cases.parks import SCORES
    from copark.setmethods.table import SettingFaults, TableFaults

    path = casebook_path() / SCORES if params.table is None else params.table
    try:
        table = read_case_table(path, columns, label=params.label, drop_missing=params.drop_missing, **how)
    except TableFaults as error:
        raise TableFaults([*faults, *error.faults]) from None
    if faults:
        raise SettingFaults(faults)
    return table


def identity(name: str, params: AnalysisParams, digest: str = "") -> str:
    """Run ID: a hash of the content of the table and everything asked of it."""
    from copark.identity import identity_of

    asked = params.model_dump(mode="json", exclude={"table"})
    return identity_of({"analysis": name, "params": asked, "table": digest})


def origin(params: AnalysisParams, context: Context, table: CaseTable | None = None) -> dict[str, Any]:
    """The fields every result of this kind has: run ID, provenance, and what was asked."""
    told: dict[str, Any] = {"code_version": __version__, "created": datetime.now(UTC).isoformat(timespec="seconds")}
    if table is not None:
        told = {"table": table.file, "cases": len(table), "table_hash": table.digest, **told}
    asked = params.model_dump(mode="json", exclude={"table"})
    settings = {name: ", ".join(map(str, value)) if isinstance(value, list) else str(value)
                for name, value in asked.items() if value not in (None, "", [], ())}  # fmt: skip
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
    rows = [(t(f"param.{name}.title"), t(f"answer.{'yes' if value == 'True' else 'no'}")
             if value in ("True", "False") else value) for name, value in settings.items()]  # fmt: skip
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
