"""Numbers are the same in JSON, CSV and workbook: of every answer that ships, of every method for tables."""

import csv
import json
from io import BytesIO
from math import isclose

import openpyxl
import pytest
from PIL import Image

import copark as cp
from copark.analyses import REGISTRY
from copark.analyses.answer import SHIPPED, listed, load, place_of
from copark.presentation.document_tables import write_csvs, write_workbook
from copark.presentation.figures import Charts
from copark.presentation.rendered_document import page_of
from copark.texts import LANGUAGES
from tests.presentation.toy import document

HEAD = 5
"""Row of a sheet that is the head of its table."""
DIGITS = 1e-14
"""A workbook holds 16 digits of a number; Excel computes with 15."""


class Blank(Charts):
    """Draws nothing: a workbook's figures are not its numbers."""

    def file(self, chart, kind):
        stream = BytesIO()
        Image.new("RGB", (4, 4)).save(stream, "png")
        return stream.getvalue()


def tables_of(content):
    """The tables of a document in JSON, those behind charts included."""
    for section in content["sections"]:
        for block in section["blocks"]:
            if block["type"] == "table":
                yield block
            elif block["type"] == "chart" and block["numbers"] is not None:
                yield block["numbers"]


def check(one, folder):
    """Compare every number of every table in three files, and give how many there were."""
    content = json.loads(json.dumps(page_of(one).model_dump(mode="json")))
    files = write_csvs(one, folder / "csv")
    book = openpyxl.load_workbook(write_workbook(one, folder / "book.xlsx", Blank()))
    tables = list(tables_of(content))
    assert sorted(path.stem for path in files.iterdir()) == sorted(each["key"] for each in tables)
    count = 0
    for sheet, table in zip(book.worksheets[1:], tables, strict=False):
        with (files / f"{table['key']}.csv").open(encoding="utf-8-sig", newline="") as stream:
            head, *rows = csv.reader(stream)
        assert len(rows) == len(table["rows"]), table["key"]
        for at, (cells, row) in enumerate(zip(table["rows"], rows, strict=True)):
            written = dict(zip(head, row, strict=True))
            shown = dict(zip(head, (cell.value for cell in sheet[HEAD + 1 + at]), strict=False))
            for column, cell in zip(table["columns"], cells, strict=True):
                for name, value in _numbers(column["key"], cell):
                    where = (one.key, table["key"], at, name)
                    assert float(written[name]) == value, where
                    stored = value * 100.0 if column["kind"] == "points" else value
                    assert isclose(shown[name], stored, rel_tol=DIGITS), where
                    count += 1
    return count


def _numbers(key, cell):
    found = {key: cell["value"], f"{key}_low": cell["low"], f"{key}_high": cell["high"]}
    yield from ((name, value) for name, value in found.items() if type(value) in (int, float))


PARKS = {"table": "parks", "drop_missing": True}
LARGE = ("claims", "levers", "link-impact")
"""Analyses whose tables take a while."""
WORDS = ("counterfactual",)
"""Analyses of which what ships has no numbers in tables."""
TABLES = {
    "power": {"weights": ("3135", "2633", "1935"), "quota": "5001"},
    "qca": {**PARKS, "outcome": "OUTCOME", "conditions": ("GOV", "EQUITY"), "robust": True},
    "nca": {**PARKS, "conditions": ("GOV", "EQUITY"), "outcome": "OUTCOME", "permutations": 50},
    "coupling": {**PARKS, "subsystems": "GOV,EQUITY,NETWORK", "permutations": 50, "ensemble": 50},
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_of_the_toy(lang, tmp_path):
    assert check(document(lang), tmp_path) > 30


@pytest.mark.documents
@pytest.mark.parametrize(
    "name", [pytest.param(one.name, marks=pytest.mark.long if one.name in LARGE else ()) for one in REGISTRY]
)
def test_of_every_answer_that_ships(name, tmp_path):
    analysis = REGISTRY[name]
    for run_id, _told in listed(SHIPPED, analysis):
        stored = load(place_of(SHIPPED, analysis, run_id), analysis)
        assert check(stored.result.document("zh"), tmp_path / run_id) > 0 or name in WORDS


@pytest.mark.parametrize("name", TABLES)
def test_of_a_method_for_tables(name, tmp_path):
    found = getattr(cp, name)(**TABLES[name])
    assert check(found.document("en"), tmp_path) > 10
