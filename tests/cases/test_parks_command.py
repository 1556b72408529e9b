"""``copark parks`` and the check of the whole casebook: listing, filtering, exporting, in both languages."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest
from typer.main import get_command

from copark.cases import list_cases
from copark.cli import parks as commands
from copark.cli.app import app
from copark.errors import Fault, NotFound
from copark.workflows import parks as workflow


def call(arguments, capsys, lang="en"):
    """Call the command as the command line does; give what was shown."""
    get_command(app)(args=["parks", *arguments], prog_name="copark", standalone_mode=False, obj=lang)
    return capsys.readouterr().out


def test_all_parks_are_listed(capsys):
    shown = call([], capsys)
    assert "37 of 37" in shown
    assert "great-stone" in shown


def test_the_table_fits_into_eighty_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    shown = call(["--status", "thriving"], capsys)
    assert all(len(line.rstrip()) <= 80 for line in shown.splitlines())
    assert shown.count("thriving") == 14


FILTERS = [
    ({"type_": "intergovernmental"}, 11),
    ({"type_": "enterprise-led"}, 10),
    ({"status": "failed"}, 3),
    ({"country": "BLR"}, 1),
    ({"country": "singapore"}, 10),
    ({"country": "新加坡"}, 10),
    ({"country": "CHN", "type_": "enterprise-led", "status": "thriving"}, 4),
]


def test_filters(subtests):
    for asked, count in FILTERS:
        with subtests.test(asked=asked, count=count):
            assert len(workflow.list_parks(**asked).rows) == count


def test_orders(subtests):
    for sort in workflow.SORTS:
        with subtests.test(sort=sort):
            rows = workflow.list_parks(sort=sort).rows
            assert len(rows) == 37
            if sort in {"home-share", "firms", "investment", "jobs", "area"}:
                values = [getattr(row, sort.replace("-", "_")) for row in rows]
                known = [value for value in values if value is not None]
                assert known == sorted(known, reverse=True)
                assert values[: len(known)] == known, "what is not known comes last"


def test_what_is_not_known_is_said(subtests):
    for lang in ["en", "zh"]:
        for asked in [{"type_": "private"}, {"status": "good"}, {"sort": "size"}, {"country": "Atlantis"}]:
            with subtests.test(lang=lang, asked=asked):
                with pytest.raises(NotFound) as caught:
                    workflow.list_parks(**asked, lang=lang)
                assert str(next(iter(asked.values()))) in str(caught.value)
                assert len(str(caught.value)) > 20


def test_words_are_in_the_language_asked_for():
    english, chinese = (workflow.list_parks(country="BLR", lang=lang).rows[0] for lang in ("en", "zh"))
    assert (english.host, chinese.host) == ("Belarus", "白俄罗斯")
    assert (english.type, chinese.type) == ("intergovernmental", "政府间")
    assert english.framework == "yes"
    assert chinese.framework == "有"
    assert english.flags_grade == "background"


def test_every_country_has_a_name():
    for row in workflow.list_parks(lang="zh").rows:
        assert not row.host.isascii()
        assert not row.home.isascii()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_workbook_opens_in_excel(tmp_path, lang):
    path = workflow.export_parks(workflow.list_parks(lang=lang), "xlsx", tmp_path / "parks.xlsx")
    sheet = openpyxl.load_workbook(path).active
    assert sheet.dimensions == "A1:AJ38"
    heads = [cell.value for cell in sheet[1]]
    assert len(set(heads)) == len(heads) == 36
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    firms = heads.index("Enterprises" if lang == "en" else "企业数") + 1
    assert {type(sheet.cell(row, firms).value) for row in range(2, 39)} == {int, type(None)}


def test_a_csv_opens_in_excel(tmp_path):
    path = workflow.export_parks(workflow.list_parks(lang="zh"), "csv", tmp_path / "parks.csv")
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert len(rows) == 38
    assert {len(row) for row in rows} == {36}


def test_json_is_for_programs(tmp_path, capsys):
    path = workflow.export_parks(workflow.list_parks(), "json", tmp_path / "parks.json")
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert stored == json.loads(call(["--format", "json"], capsys))
    assert stored["total"] == len(stored["parks"]) == 37


def test_a_workbook_needs_a_file(capsys):
    with pytest.raises(NotFound, match=r"--to FILE\.xlsx"):
        call(["--format", "xlsx"], capsys)


def test_csv_goes_to_the_screen_without_a_file(capsys):
    rows = list(csv.reader(io.StringIO(call(["--format", "csv", "--country", "BLR"], capsys))))
    assert len(rows) == 2


def test_a_file_is_written_and_named(tmp_path, capsys):
    shown = call(["--format", "csv", "--to", str(tmp_path / "p.csv"), "--status", "failed"], capsys, "zh")
    assert str(tmp_path / "p.csv") in shown
    assert "3 个园区" in shown


# ---------------------------------------------------------------- check


def test_the_whole_casebook_is_sound():
    found = workflow.check_casebook()
    assert [part.name for part in found] == [*list_cases(), "parks"]
    assert not any(part.faults for part in found)
    assert {part.name for part in found if part.notes} == set(list_cases()) - {"great-stone", "suzhou"}


def test_what_the_check_shows(capsys):
    assert commands.show_checked(workflow.check_casebook("zh"), "zh")
    shown = capsys.readouterr().out
    assert "kaesong：没有问题；简略案例" in shown
    assert "parks：没有问题" in shown


def test_notes_of_one_light_case_are_shown(capsys):
    assert commands.show_checked((workflow.check_with_notes("kaesong"),), "en")
    shown = capsys.readouterr().out
    assert "Not known: the developer's finance" in shown


def test_faults_are_shown_by_part(capsys):
    spoiled = workflow.Checked("parks", (Fault("cases.empty_file", "parks.csv"),))
    assert not commands.show_checked((spoiled,), "en")
    shown = capsys.readouterr()
    assert "parks: 1 fault(s)" in shown.out
    assert "parks.csv" in shown.err


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_draws_those_that_have_a_series(tmp_path, lang, capsys):
    """Of the 19 cases one (Tianjin Eco-City) has no count of enterprises; the list holds all parks found."""
    call(["--format", "html", "--to", str(tmp_path / "parks.html"), "--sort", "type"], capsys, lang)
    page = (tmp_path / "parks.html").read_text(encoding="utf-8")
    assert {"en": "18 of the parks found", "zh": "18 个"}[lang] in page
    assert page.count("<tr>") == 1 + 37
    assert (tmp_path / "figures" / f"parks-{lang}.svg").exists()


def test_a_page_of_parks_without_a_series_has_no_figure(tmp_path):
    page = workflow.write_parks_page(workflow.list_parks(country="ZMB"), tmp_path / "parks.html")
    assert "<svg" not in page.read_text(encoding="utf-8")
