"""Assembly of a package of parks: choice of parks and tables, and the files it is written as."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from copark.analyses.citation import citation
from copark.cases import list_cases, load_case
from copark.cases.casebook import casebook_path, folder_of
from copark.cases.park_counts import load_counts
from copark.cases.parks import load_parks
from copark.cases.zones import load_failures
from copark.data_package import account_tables, casebook_tables, evidence_tables, failure_tables, reference_tables
from copark.data_package.case_tables import PackagedCase, case_of_casebook, case_tables
from copark.data_package.descriptor import descriptor
from copark.data_package.dictionary import dictionary, readme
from copark.data_package.package import CasebookPackage
from copark.errors import Fault, FaultsFound, NotFound
from copark.texts import LANGUAGES

DESCRIPTOR = "datapackage.json"
LICENCE = "LICENSES/CC-BY-4.0.txt"
PLACES_OF_LICENCE = (Path(__file__).parents[1] / LICENCE, Path(__file__).parents[3] / LICENCE)
"""Where the licence of the casebook's data is: in an installed package, and in a clone of the repository."""


class ParkTwice(FaultsFound, NotFound):
    """The same name is that of two parks asked for."""


def files_of(package: CasebookPackage) -> Mapping[str, bytes]:
    """Return all files of a package by their path: the same parks give the same bytes."""
    described = json.dumps(descriptor(package), ensure_ascii=False, indent=1) + "\n"
    words = {f"data-dictionary.{lang}.md": dictionary(package, lang).encode("utf-8") for lang in LANGUAGES}
    return {
        DESCRIPTOR: described.encode("utf-8"),
        "README.md": readme(package).encode("utf-8"),
        **words,
        "LICENSE.txt": next(path for path in PLACES_OF_LICENCE if path.is_file()).read_bytes(),
        **package.contents,
    }


def package_of(parks: Sequence[str | Path] = ()) -> CasebookPackage:
    """Make a package of parks.

    Parameters
    ----------
    parks
        Names of parks of the casebook, or folders of parks of one's own; by default the whole casebook, and no park of
        one's own.

    Raises
    ------
    copark.errors.CoparkError
        If there is no such park, a park of one's own has faults, or two have the same name.
    """
    book = load_parks()
    counts = load_counts()
    park_ids = {park.id for park in book.parks} | set(counts.dates)
    own_cases: dict[str, PackagedCase] = {}
    chosen: list[str] = []
    for park in parks:
        is_of_casebook = str(park) in park_ids and folder_of(park) in (Path(park), casebook_path() / str(park))
        case = None if is_of_casebook else load_case(park)
        name = str(park) if case is None else case.name
        if case is not None and case.folder.parent != casebook_path().resolve():
            own_cases[name] = PackagedCase(name, case.folder, is_own=True)
        chosen.append(name)
    twice = sorted({name for name in chosen if chosen.count(name) > 1})
    if twice:
        raise ParkTwice([Fault("casebook.park_twice", name) for name in twice])
    names = [name for name in chosen if name not in own_cases] if parks else sorted(park_ids)
    with_case = sorted(set(list_cases()).intersection(names))
    cases = [*map(case_of_casebook, with_case), *own_cases.values()]
    rows = casebook_tables.ParkRows(book, counts, cases, frozenset(names))
    of_parks = [rows.parks(), rows.identifiers(), *case_tables(cases), rows.periods(), rows.scores()]
    of_parks = [rows.with_counts(table) if table.name == "observations" else table for table in of_parks]
    failures = load_failures()
    reference = [casebook_tables.conditions(book), reference_tables.estimates(), casebook_tables.world()]
    reference += [failure_tables.zones(failures), failure_tables.distress(failures, book, set(names))]
    reference.append(failure_tables.base_rates(failures))
    reference.append(account_tables.accounts(cases, is_whole=not parks))
    reference += evidence_tables.evidence(cases, set(names))
    citations = casebook_tables.citations([*of_parks, *reference])
    cited = {str(row["source"]) for row in citations.rows}
    sources = casebook_tables.sources(rows.all_sources(), cited, own_cases)
    tables = [*of_parks, sources, citations, *reference, reference_tables.parameters(), reference_tables.variables()]
    tables.append(reference_tables.units())
    tables.append(reference_tables.countries(tables))
    tables.append(reference_tables.codes(tables))
    authors = tuple(str(author.get("name") or author.get("family-names")) for author in citation()["authors"])
    return CasebookPackage(tuple(tables), tuple(own_cases), contributors=authors)
