"""What the hunt found, each by name, so that it stays mended."""

from __future__ import annotations

import codecs
import io
import shutil
import zipfile
from pathlib import Path

import pytest

from copark.cases.archive import LONGEST_MARK, Refused, check_workbook
from copark.errors import Fault
from copark.workflows import run_study, set_methods
from copark.workflows.serving.shelf import Shelf
from copark.workflows.serving.uploading import take
from tests.hostile.mutations import DOCTYPE, entry_of, zipped
from tests.hostile.subjects import book, command, tried
from tests.hostile.watch import Watch, watched


def parts(raw):
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_sheet(change, kind=zipfile.ZIP_DEFLATED):
    """The workbook of the parks with its sheet changed."""
    name = "xl/worksheets/sheet1.xml"
    found = parts(book())
    return zipped([(entry_of(key, kind), change(raw) if key == name else raw) for key, raw in found.items()])


def refused_table(path, raw):
    path.write_bytes(raw)
    with pytest.raises(Exception) as told:  # noqa: PT011 - its code is looked at
        set_methods.nca(path, "A", "Y")
    return {fault.code.removeprefix("set_methods.fault.") for fault in told.value.faults}


def test_a_table_of_24_kb_that_kept_a_parser_busy_for_minutes(tmp_path):
    """25 MB of one letter where a sheet should be: the parser takes the square of their number."""
    raw = with_sheet(lambda _: b"0" * 25_000_000)
    assert len(raw) < 40_000
    assert refused_table(tmp_path / "t.xlsx", raw) == {"workbook_too_large"}


def test_the_same_without_a_telling_ratio(tmp_path):
    raw = with_sheet(
        lambda sheet: sheet + bytes(n * 7919 % 50 + 62 for n in range(LONGEST_MARK + 1)), zipfile.ZIP_STORED
    )
    assert refused_table(tmp_path / "t.xlsx", raw) == {"workbook_too_large"}


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.replace(b"<worksheet", DOCTYPE + b"<worksheet", 1),
        lambda raw: codecs.BOM_UTF16_LE + (DOCTYPE + raw).decode().encode("utf-16-le"),
        lambda raw: b"<?xml version='1.0' encoding='cp037'?>" + raw,
        lambda raw: b"\xef\xbb\xbf<?xml version='1.0' encoding = \"UTF-16\" ?>" + raw,
    ],
)
def test_entities_in_a_table_however_they_are_written(tmp_path, change):
    assert refused_table(tmp_path / "t.xlsx", with_sheet(change)) == {"unsafe_workbook"}


@pytest.mark.parametrize("encoding", [b"UTF-8", b"utf-8", b"us-ascii"])
def test_what_spreadsheets_write_is_taken(encoding):
    plain = with_sheet(lambda raw: b"<?xml version='1.0' encoding='" + encoding + b"' standalone='yes'?>\n" + raw)
    check_workbook(plain, "t.xlsx", "web.upload", 500, 50_000_000)


def test_an_archive_with_a_nameless_file(tmp_path):
    raw = zipped([(entry_of("case.yaml"), b"a: 1\n")]).replace(b"case.yaml", b"\0ase.yaml")
    answer = tried(lambda: take(Shelf(tmp_path / "uploads"), raw, workbook=False))
    assert answer == "refused"
    for content in (raw, with_sheet(lambda sheet: sheet).replace(b"docProps/app.xml", b"\0ocProps/app.xml")):
        with pytest.raises(Refused, match="broken"):
            check_workbook(content, "t.xlsx", "web.upload", 500, 50_000_000)


@pytest.mark.parametrize("arguments", [["check", "\u202egpj"], ["new", "my-park", "--in", "a\rb"], ["new", "a\x1b[2Jb"],
                                       ["show", "a\x1b[2Jb"],
                                       ["\x1b[2J"], ["list", "\x1b[2J"], ["list", "--out", "[/x]"], ["run", "[/x]"],
                                       ["qca", "[/x].csv", "--outcome", "[/y]", "--conditions", "A"]])  # fmt: skip
def test_names_do_not_give_orders_to_the_screen(arguments, tmp_path):
    """Neither to a terminal, nor in the marks of the library that draws tables."""
    command(arguments, tmp_path)


def test_no_fault_can_carry_a_control_character_or_a_novel():
    fault = Fault("cases.not_utf8", "a\x1b[2Jb\n", 1, "k\u202e", {"found": "\x00" + "x" * 9000})
    for lang in ("en", "zh"):
        assert fault.sentence(lang).isprintable()
        assert len(fault.sentence(lang)) < 1000
    assert fault.place() == "a\\x1b[2Jb\\x0a:1"


@pytest.mark.parametrize("escape", ["\\u0000", "\\e[2J", "\\u202e", "\\N"])
def test_control_characters_hidden_in_escapes_are_refused_with_their_line(tmp_path, escape):
    """A title that turns its line round, or clears the screen, would reach reports and tables."""
    from copark.experiments.study_file import examine_study

    path = tmp_path / "study.yaml"
    path.write_text(f'format: 1\nname: x\ntitle: {{en: "a{escape}b", zh: "乙"}}\ncase: great-stone\n', encoding="utf-8")
    study, faults = examine_study(path)
    assert study is None
    assert [(fault.code, fault.line, fault.key) for fault in faults] == [("cases.control_mark", 3, "title.en")]
    assert faults[0].repair("zh")


def test_tables_of_cases_refuse_control_characters_too(tmp_path):
    from copark.cases.check import examine
    from tests.cases.bad_cases import PARAMETERS
    from tests.cases.conftest import MINIATURE

    folder = Path(shutil.copytree(MINIATURE, tmp_path / "case"))
    raw = (folder / "events.csv").read_bytes()
    (folder / "events.csv").write_bytes(raw.replace(b"The idea.", b"The \x1b[2Jidea."))
    (fault,) = examine(folder, PARAMETERS)[1]
    assert (fault.code, fault.line, fault.key) == ("cases.control_mark", 3, "event_en")
    assert "\\x1b[2J" in fault.sentence()


def test_files_that_lie_over_one_another_in_an_archive():
    """A small archive whose directory names the same bytes a thousand times."""
    raw = bytearray(zipped([(entry_of(f"{n}.csv", zipfile.ZIP_STORED), b"x" * 90_000) for n in range(2)]))
    start = raw.find(b"PK\x03\x04", 4)
    for mark in (b"PK\x01\x02",):
        place = raw.find(mark, raw.find(mark) + 4)
        raw[place + 20 : place + 24] = (95_000).to_bytes(4, "little")
        raw[place + 42 : place + 46] = start.to_bytes(4, "little")
    with pytest.raises(Refused, match="bomb"):
        check_workbook(bytes(raw), "t.xlsx", "web.upload", 500, 50_000_000)


def test_numbers_whose_squares_no_computer_holds(tmp_path):
    """The line of CR-FDH squares distances: beyond 1e154 there is nothing left to square."""
    rows = b"case,A,Y\na,0.1,0.8\nb,0.2,0.9\nc,1e308,0.6\nd,0.8,0.1\n"
    assert refused_table(tmp_path / "t.csv", rows) == {"not_a_number"}


def test_a_run_writes_nothing_beside_its_output_folder(tmp_path):
    """Shapes and bands of runs made in shards were first written into the system's folder for files of the moment."""
    watch = Watch((tmp_path,))
    with watched(watch):
        run_study("great-stone", runs=1100, seed=4, draws="defaults", out=tmp_path, report=False)
    assert watch.deeds == []
