"""``copark parks`` and the check of the whole casebook, in both languages."""

import csv
import io
import json

import pytest
from tests.asked import call

import copark
from copark.analyses.parks import OUTCOMES
from copark.cases import list_cases
from copark.cases.parks import load_parks
from copark.cli.screen import show_checked
from copark.errors import Fault
from copark.workflows import case_commands


@pytest.fixture(scope="module")
def every():
    return copark.parks()


def tables(answer, lang):
    return {table.key: table for table in answer.document(lang).tables()}


def test_all_parks_are_listed(every):
    assert len(every.parks) == every.total == 37
    book = {park.id: park for park in load_parks().parks}
    for lang in ("en", "zh"):
        by_key = tables(every, lang)
        record = by_key["records"]
        assert (len(record.rows), len(record.columns)) == (37, 36)
        assert len({column.title for column in record.columns}) == 36
        for row in record.rows:
            value = dict(zip([column.key for column in record.columns], row, strict=True))
            park = book[value["id"]]
            shown = (value["name"], value["firms"], value["area"], value["home_share"])
            assert shown == (park.name(lang), park.firms, park.area_km2, park.home_share_percent)
        assert {name for row in record.rows for name in str(row[-2]).split("; ")} == {
            str(row[0]) for row in by_key["sources"].rows
        }
        headline = every.document(lang).headline
        assert all(
            str(sum(row.outcome == name for row in load_parks().last_periods.values())) in headline for name in OUTCOMES
        )


def test_mechanisms_are_told_by_number_and_park_by_park(every):
    """The counts are those of the words in the table of all parks; Kaesong is closed, and its quota unknown."""
    for lang, acts, unknown in (("en", "acts", "unknown"), ("zh", "起作用", "未知")):
        by_key = tables(every, lang)
        short, parks = by_key["mechanisms"], by_key["by_park"]
        assert [row[0] for row in short.rows] == [column.title for column in parks.columns[1:]]
        states = [column.title.lower() for column in short.columns[1:]]
        for position, row in enumerate(short.rows, 1):
            words = [str(park[position]).lower() for park in parks.rows]
            assert list(row[1:]) == [words.count(state) for state in states]
            assert sum(row[1:]) == len(parks.rows) == len(list_cases())
        kaesong = next(row for row in parks.rows if row[0] == load_parks()["kaesong"].name(lang))
        cells = dict(zip([column.key for column in parks.columns], kaesong, strict=True))
        assert (cells["closures"], cells["quota"]) == (acts, unknown)


def test_filters():
    for filters, count in (
        ({"type": "intergovernmental"}, 11),
        ({"type": "enterprise-led"}, 10),
        ({"status": "failed"}, 4),
        ({"country": "BLR"}, 1),
        ({"country": "singapore"}, 10),
        ({"country": "新加坡"}, 10),
        ({"country": "CHN", "type": "enterprise-led", "status": "thriving"}, 5),
    ):
        assert len(copark.parks(**filters).parks) == count, filters


def test_files_are_written(tmp_path, capsys):
    """Texts that look like formulas are made harmless by the writers; numbers stay numbers."""
    arguments = ["parks", "--status", "failed", "--out", tmp_path, "--format", "csv", "--lang", "zh"]
    code, out, _ = call(arguments, capsys)
    assert (code, "失败4个" in out) == (0, True)
    (path,) = tmp_path.rglob("records.csv")
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    assert len(rows) == 1 + 4
    shown = json.loads(call(["parks", "--json", "--no-report", "--country", "BLR"], capsys)[1])["document"]
    assert shown["title"] == "Parks of the casebook: 1 of 37"


def test_what_the_check_shows_part_by_part(capsys):
    assert show_checked(case_commands.check_casebook("zh"), "zh")
    shown = capsys.readouterr().out
    assert "kaesong：未发现问题；仅有数据的园区" in shown
    assert "parks：未发现问题" in shown
    assert not show_checked((case_commands.Checked("parks", (Fault("cases.empty_file", "parks.csv"),)),), "en")
    shown = capsys.readouterr()
    assert "parks: problems found: 1" in shown.out
    assert "parks.csv" in shown.err
