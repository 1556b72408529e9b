"""Cases in Python: which there are, a new one, its faults, its tables; a park from data frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from copark.analyses.vocabulary import public_function
from copark.cases.case import Case
from copark.options import Language, options

if TYPE_CHECKING:
    import pandas as pd

    from copark.cases.frames import Entries
    from copark.cases.quarters import Quarter

CaseLike: TypeAlias = Case | str | PathLike[str]
"""A case, its name, or the path of its folder."""


def case_given(case: CaseLike) -> Case:
    """Return a case that is given as it is, by name or by path."""
    from copark.analyses.python_functions import tell
    from copark.cases.casebook import shadowed_note
    from copark.cases.load import load_case as load

    if isinstance(case, Case):
        return case
    tell(filter(None, [shadowed_note(str(case), options().lang)]))
    return load(str(case) if isinstance(case, str) else Path(case))


@public_function()
def load_case(name_or_path: str | PathLike[str]) -> Case:
    """Load a case that is sound, of the casebook by its name or from a folder.

    Parameters
    ----------
    name_or_path
        Name of a case, or path of its folder.

    Raises
    ------
    copark.errors.NotFound
        If there is no such case or folder.
    copark.errors.CaseFaults
        If the case has faults; it carries all of them.
    """
    return case_given(name_or_path)


@public_function()
def list_cases(lang: Language | None = None) -> pd.DataFrame:
    """List the cases of the casebook, a row each.

    Parameters
    ----------
    lang
        Language of titles, by default that of the session.
    """
    import pandas as pd

    from copark.calibration.case_parameters import shipped_cases
    from copark.cases.casebook import list_cases as names
    from copark.cases.observed_variables import country_name

    chosen = lang or options().lang
    calibrated = shipped_cases()
    rows = [
        {
            "name": case.name,
            "title": case.title.text(chosen),
            "home": country_name(case.sides.home.country, chosen),
            "host": country_name(case.sides.host.country, chosen),
            "start": str(case.clock.start),
            "data_end": str(case.clock.data_end),
            "observations": len(case.observations),
            "calibrated": case.name in calibrated,
        }
        for case in map(case_given, names())
    ]
    return pd.DataFrame(rows).set_index("name")


@public_function()
def new_case(name: str, *, workbook: str | PathLike[str] | None = None, folder: str | PathLike[str] = ".") -> Path:
    """Make the folder of a new case, commented and ready to be filled in, or of a workbook that was.

    Parameters
    ----------
    name
        Short name of the case: small letters, digits and hyphens.
    workbook
        A filled-in workbook; by default the folder says nothing yet.
    folder
        Folder in which the case gets its own.
    """
    from copark.workflows.case_commands import new, new_from_workbook

    return new(name, Path(folder)) if workbook is None else new_from_workbook(Path(workbook), Path(folder), name)


@public_function()
def check_case(name_or_path: str | PathLike[str]) -> pd.DataFrame:
    """List every fault of a case and of what its folder holds, a row each: file, line, key, cause and repair.

    Parameters
    ----------
    name_or_path
        Name of a case, or path of its folder.
    """
    import pandas as pd

    from copark.workflows.case_commands import check

    lang = options().lang
    faults = check(name_or_path if isinstance(name_or_path, str) else Path(name_or_path))
    columns = ["file", "line", "key", "cause", "repair"]
    rows = [(fault.file, fault.line, fault.key, fault.cause(lang), fault.repair(lang)) for fault in faults]
    return pd.DataFrame(rows, columns=columns)


@public_function()
def park_from_frames(
    name: str,
    facts: Mapping[str, Any],
    observations: pd.DataFrame,
    sources: Entries,
    *,
    events: pd.DataFrame | None = None,
    equity: pd.DataFrame | None = None,
    enterprises: pd.DataFrame | None = None,
    context: pd.DataFrame | None = None,
    growth: pd.DataFrame | None = None,
    books: pd.DataFrame | None = None,
    signal: pd.DataFrame | None = None,
    instruments: pd.DataFrame | None = None,
    parameters: Entries | None = None,
    folder: str | PathLike[str] | None = None,
) -> Case:
    """Make a park of one's own of data frames; every function takes it where it takes the name of a case.

    Parameters
    ----------
    name
        Short name of the case: small letters, digits and hyphens.
    facts
        What ``case.yaml`` says, nested or with dots; what is not known may be left out.
    observations
        What was reported, a row each, with the columns of ``series.csv``.
    sources
        Sources by key, with ``outlet`` and ``read`` at least.
    events, equity, enterprises, context, growth
        Further tables, with the columns of the files of their name.
    books
        The development company's accounts, a row a year: ``date``, ``source``, and in millions some of ``land_sales``,
        ``fees``, ``operating_cost``, ``land_cost``, ``interest``; with ``per_usd``, units of the currency for one US$,
        where they are not in US$. :func:`accounts` sets them beside the model's ledger; no calibration uses them yet.
    signal
        What satellites see inside the park's boundary, a row a year: ``date``, ``source``, ``night_light`` (1 in a year
        chosen), ``built_up_area`` (ha), and ``error`` as a share of the value. :func:`accounts` sets it beside the
        model as an index; no calibration uses it yet.
    instruments
        Decisions on prices, taxes, capital, land and terms that are or were in force, with the columns of
        ``decisions.csv``. Stored and listed; no run uses them yet.
    parameters
        Values of the model's parameters that are known of the park, by name.
    folder
        Folder in which the case gets its own, so that commands find it; by default it is kept in memory.

    Raises
    ------
    copark.errors.CaseFaults
        With every fault, by frame, row and column.
    """
    from copark.cases.frames import case_of_frames

    tables = {"observations": observations, "events": events, "equity": equity, "enterprises": enterprises}
    tables |= {"context": context, "growth": growth, "books": books, "signal": signal}
    tables["instruments"] = instruments
    frames = {key: frame for key, frame in tables.items() if frame is not None}
    place = None if folder is None else Path(folder)
    return case_of_frames(name, facts, frames, sources, parameters=parameters, folder=place)


@public_function()
def with_observations(
    case: CaseLike,
    observations: pd.DataFrame,
    *,
    sources: Entries | None = None,
    replace_all: bool = False,
    data_end: str | Quarter | None = None,
) -> Case:
    """Return a case with further observations; the case itself is left as it is.

    Parameters
    ----------
    case
        A case, its name or the path of its folder.
    observations
        What was reported, a row each, with the columns of ``series.csv``.
    sources
        Sources that they name and the case has not.
    replace_all
        Leave out the observations there were.
    data_end
        Last quarter with data, where the new ones reach beyond that of the case.

    Raises
    ------
    copark.errors.CaseFaults
        With every fault, by row and column.
    """
    from copark.cases.frames import with_observations as extended

    park = case_given(case)
    return extended(park, observations, sources=sources, replace_all=replace_all, data_end=data_end)


@public_function()
def frames(case: CaseLike) -> dict[str, pd.DataFrame]:
    """Return the tables of a case as data frames.

    They are observations, events, equity, enterprises, context, growth, instruments, and the sources of all of them.

    Parameters
    ----------
    case
        A case, its name or the path of its folder.
    """
    from copark.cases.frames import frames_of

    return frames_of(case_given(case))


@public_function()
def export_casebook(
    path: str | PathLike[str], *, parks: Sequence[str | PathLike[str]] = (), overwrite: bool = False
) -> Path:
    """Write the casebook as a data package: tables with a description that machines read, a dictionary, a map.

    Parameters
    ----------
    path
        Folder to write, or one file if its name ends in ``.zip``.
    parks
        Only these parks: names of the casebook, or folders of parks of one's own; by default the whole casebook, and
        no park of one's own.
    overwrite
        Replace an earlier package.

    Raises
    ------
    copark.errors.CoparkError
        If there is no such park, or something is in the way.
    """
    from copark.workflows.casebook_export import make_package, write_package

    named = [park if isinstance(park, str) else Path(park) for park in ((parks,) if isinstance(parks, str) else parks)]
    return write_package(make_package(named), Path(path), overwrite=overwrite)
