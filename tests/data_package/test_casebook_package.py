"""The casebook's package holds what the casebook holds, says where it is from, and is the same bytes twice."""

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile

import pytest

import copark as cp
from copark.analyses.joint.disputed import disputed_values
from copark.cases import list_cases, load_case
from copark.cases.access_dates import access_dates
from copark.cases.casebook import casebook_path
from copark.cases.identifiers import load_identifiers
from copark.cases.park_counts import load_counts
from copark.cases.parks import load_parks
from copark.cases.workbook_writing import EXAMPLE
from copark.data_package.assembly import files_of, package_of
from copark.data_package.tables import by_name
from copark.errors import CoparkError
from copark.presentation.run_export import safe
from copark.texts import LANGUAGES
from copark.workflows.casebook_export import archived
from tests.packaging.checkers import checker

CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def package():
    return package_of()


@pytest.fixture(scope="module")
def files(package):
    return files_of(package)


def broken_keys(tables):
    """Describe each row whose key stands twice, and each key that its other table does not have."""
    tables_by_name = by_name(tables)
    for table in tables:
        keys = [tuple(row.get(column) for column in table.key) for row in table.rows]
        yield from (f"{table.name}: {key} twice" for key in {key for key in keys if keys.count(key) > 1})
        for tie in table.foreign:
            allowed = {row.get(tie.to) for row in tables_by_name[tie.table].rows} | {None, ""}
            yield from (
                f"{table.name}.{tie.column}: {row.get(tie.column)!r} is not in {tie.table}"
                for row in table.rows
                if row.get(tie.column) not in allowed
            )


def read(files, table):
    return list(csv.DictReader(io.StringIO(files[f"data/{table}.csv"].decode("utf-8-sig"))))


def test_it_holds_what_the_casebook_holds(package, files):
    cases = [load_case(name) for name in list_cases()]
    book, counts = load_parks(), load_counts()
    rows = {table.name: len(table.rows) for table in package.tables}
    assert rows["parks"] == len({park.id for park in book.parks} | set(counts.dates))
    assert rows["observations"] == sum(len(case.observations) for case in cases) + len(counts.counts)
    owned = [case for case in cases if (case.folder / "equity.csv").exists()]
    assert rows["shares"] == sum(len(table.holdings) for case in owned for table in case.equity)
    for name in ("events", "enterprises", "host_context", "institutions", "interests", "rivals", "anchors", "visits"):
        assert rows[name] == sum(len(getattr(case, name)) for case in cases), name
    known = (case for case in cases if "shareholders" not in case.not_known)
    assert rows["shareholders"] >= sum(len(case.shareholders) for case in known)
    assert rows["park_parameters"] == sum(len(case.parameters) for case in cases)
    assert rows["periods"] == len(book.scores)
    assert rows["identifiers"] == len(load_identifiers().rows)
    assert rows["world"] == len((casebook_path() / "world" / "macro.csv").read_text(encoding="utf-8").splitlines()) - 1
    thilawa = {(row["date"], row["variable"], float(row["value"])) for row in read(files, "observations")
               if row["park"] == "thilawa"}  # fmt: skip
    assert thilawa == {(str(row.date), row.variable, row.value) for row in load_case("thilawa").observations}
    disputed = {(row["park"], row["variable"], row["date"]) for row in read(files, "observations")
                if row["disputed"] == "true"}  # fmt: skip
    assert disputed == {(value.park, value.variable, value.date) for value in disputed_values()}
    assert not list(broken_keys(package.tables))


def test_every_source_says_where_it_is_or_that_it_has_no_address_and_when_it_was_read(files):
    sources = read(files, "sources")
    assert {row["source"] for row in read(files, "citations")} == {row["source"] for row in sources}
    for row in sources:
        assert (row["address"] == "given") == row["url"].startswith("http"), row
        assert row["accessed"] or row["source"] == "judgement", row
        assert row["outlet"] or row["source"] == "judgement", row
    known = {(row["collection"], row["source"].partition("/")[2]) for row in sources if row["source"] != "judgement"}
    assert set(access_dates()) == known, "sources-accessed.csv: a new source needs its day, one that has gone none"


def test_every_column_is_told_in_both_languages_and_no_cell_is_changed(package, files):
    described = json.loads(files["datapackage.json"])
    tables = {resource["name"]: resource for resource in described["resources"]}
    for table in package.tables:
        assert table.meaning("en")
        assert CHINESE.search(table.meaning("zh"))
        for column in table.columns:
            assert table.column_meaning(column, "en"), (table.name, column.name)
            assert CHINESE.search(table.column_title(column, "zh") + table.column_meaning(column, "zh"))
            cells = (row.get(column.name) for row in table.rows)
            assert all(safe(cell) == cell for cell in cells if isinstance(cell, str)), (table.name, column.name)
        fields = tables[table.name.replace("_", "-")]["schema"]["fields"]
        assert [field["name"] for field in fields] == list(read(files, table.name)[0] if table.rows else
                                                           [column.name for column in table.columns])  # fmt: skip
    for lang in LANGUAGES:
        words = files[f"data-dictionary.{lang}.md"].decode("utf-8")
        assert all(f"`{table.name}.csv`" in words for table in package.tables)
    assert described["licenses"][0]["name"] == "CC-BY-4.0"
    assert b"Creative Commons Attribution 4.0 International Public License" in files["LICENSE.txt"]
    points = json.loads(files["parks.geojson"])
    assert len(points["features"]) == len(load_parks().places)
    assert "tenth of a degree" in points["precision_en"]
    assert "十分之一度" in points["precision_zh"]


def test_it_is_the_same_bytes_twice_and_replaces_nothing_unasked(files, tmp_path):
    assert files_of(package_of()) == files
    assert archived(files) == archived(files)
    folder = cp.export_casebook(tmp_path / "casebook", parks=["thilawa", "kitic"])
    assert {row["park"] for row in read({"data/parks.csv": (folder / "data/parks.csv").read_bytes()}, "parks")} == {
        "thilawa", "kitic",
    }  # fmt: skip
    with pytest.raises(CoparkError, match="there already"):
        cp.export_casebook(folder)
    cp.export_casebook(folder, parks="suzhou", overwrite=True)
    assert b"suzhou" in (folder / "data/parks.csv").read_bytes()
    (folder / "mine.txt").write_text("", encoding="utf-8")
    with pytest.raises(CoparkError, match=r"mine\.txt"):
        cp.export_casebook(folder, overwrite=True)
    assert (folder / "mine.txt").exists()


def test_a_park_of_ones_own_is_written_only_where_it_is_named_and_under_no_licence(files, tmp_path, monkeypatch):
    shutil.copytree(EXAMPLE, tmp_path / "blue-harbour")
    monkeypatch.chdir(tmp_path)
    assert not any(b"blue-harbour" in content for content in files.values())
    path = cp.export_casebook("own.zip", parks=["blue-harbour", "jinfei"])
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    described = json.loads(content["datapackage.json"])
    assert "licenses" not in described
    assert {row["park"]: row["collection"] for row in read(content, "parks")} == {
        "jinfei": "casebook", "blue-harbour": "own",
    }  # fmt: skip
    licensed = {resource["name"] for resource in described["resources"] if "licenses" in resource}
    assert "observations" not in licensed
    assert "parameters" in licensed


@pytest.mark.long
@pytest.mark.parametrize("parks", [[], ["jinfei", EXAMPLE]], ids=["the casebook", "a park of one's own"])
def test_a_public_checker_finds_nothing_against_it(parks, tmp_path):
    """Types, units of files, patterns, codes, keys and ties to other tables, and the checksum of every file."""
    folder = cp.export_casebook(tmp_path / "casebook", parks=parks)
    command = [checker("frictionless"), "validate", "--json", str(folder / "datapackage.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=folder)
    report = json.loads(done.stdout)
    found = [error for task in report["tasks"] for error in task["errors"]] + report["errors"]
    assert report["valid"], [(error["type"], error["message"]) for error in found[:10]]
    assert len(report["tasks"]) == len(list((folder / "data").iterdir())) + 1
