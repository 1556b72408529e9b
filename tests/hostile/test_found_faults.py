"""What the hunt found, each by name, so that it stays mended."""

from __future__ import annotations

import codecs
import io
import zipfile

import pytest
from openpyxl import Workbook

import copark
from copark.cases.files import Refused, check_workbook, read_cells
from copark.errors import Fault
from copark.web.content.case_registry import CaseRegistry, accept_upload
from copark.workflows import run_study
from tests.hostile.fuzzing import Watch, watched
from tests.hostile.mutations import DOCTYPE, entry_of, zipped
from tests.hostile.subjects import book, command, tried


def parts(raw):
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_sheet(change, kind=zipfile.ZIP_DEFLATED):
    """The workbook of the parks with its sheet changed."""
    name = "xl/worksheets/sheet1.xml"
    sheet_parts = parts(book())
    return zipped([(entry_of(key, kind), change(raw) if key == name else raw) for key, raw in sheet_parts.items()])


def refused_table(path, raw):
    path.write_bytes(raw)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - its code is looked at
        copark.nca(path, conditions="A", outcome="Y")
    return {fault.code.removeprefix("set_methods.fault.") for fault in caught.value.faults}


def test_a_table_of_24_kb_that_kept_a_parser_busy_for_minutes(tmp_path):
    """25 MB of one letter where a sheet should be: the parser takes the square of their number."""
    raw = with_sheet(lambda _: b"0" * 25_000_000)
    assert len(raw) < 40_000
    assert refused_table(tmp_path / "t.xlsx", raw) == {"workbook_too_large"}


def test_numbers_whose_squares_no_computer_holds(tmp_path):
    """The line of CR-FDH squares distances: beyond 1e154 there is nothing left to square."""
    assert refused_table(tmp_path / "t.csv", b"case,A,Y\na,0.1,0.8\nb,0.2,0.9\nc,1e308,0.6\n") == {"not_a_number"}


def test_a_run_writes_nothing_beside_its_output_folder(tmp_path):
    """Shapes and bands of runs made in shards were first written into the system's folder for files of the moment."""
    watch = Watch((tmp_path,))
    with watched(watch):
        run_study("great-stone", runs=1100, seed=4, draws="defaults", out=tmp_path, report=False)
    assert watch.deeds == []


MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
STRINGS = (
    b'<Override PartName="/xl/sharedStrings.xml" '
    b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)


def with_cells(rows, shared=b"x", kind=zipfile.ZIP_DEFLATED):
    """A workbook whose one sheet, ``parks``, has these rows, and one text that cells may share."""
    stream = io.BytesIO()
    workbook = Workbook()
    workbook.active.title = "parks"
    workbook.save(stream)
    book_parts = parts(stream.getvalue())
    book_parts["xl/worksheets/sheet1.xml"] = (
        b"<worksheet " + MAIN + b"><sheetData>" + rows + b"</sheetData></worksheet>"
    )
    book_parts["xl/sharedStrings.xml"] = b"<sst " + MAIN + b"><si><t>" + shared + b"</t></si></sst>"
    book_parts["[Content_Types].xml"] = book_parts["[Content_Types].xml"].replace(b"</Types>", STRINGS)
    return zipped([(entry_of(name, kind), raw) for name, raw in book_parts.items()])


def cells_of(raw):
    """Cells of the sheet of parks."""
    sheets, _, faults = read_cells(raw, {"parks"})
    assert not faults
    return sheets["parks"]


def refused_book(raw):
    with pytest.raises(Refused) as caught:
        cells_of(raw)
    (fault,) = caught.value.faults
    assert fault.cause("en")
    assert fault.repair("zh")
    return fault.code.removeprefix("web.upload.")


SHARED = b'<c t="s"><v>0</v></c>'


def test_one_long_text_that_thousands_of_cells_share():
    """Small in the file, once; taken apart and put together anew for each cell it took hundreds of megabytes."""
    rows = (b"<row>" + SHARED * 40 + b"</row>") * 20
    raw = with_cells(rows, b"x" * 32_000)
    assert len(raw) < 20_000
    assert refused_book(raw) == "too_large_inside"
    assert cells_of(with_cells(rows, b"x" * 1000)) == [["x" * 1000] * 40] * 20


def test_a_formula_that_cells_share_is_not_written_out_for_each():
    """A row of them kept the library busy for hours before a cell of it was seen."""
    rows = b'<row r="1"><c r="A1"><f t="shared" si="0">B1+1</f></c><c r="B1"><f t="shared" si="0"/></c></row>'
    _, _, faults = read_cells(with_cells(rows), {"parks"})
    assert [(fault.code, fault.file) for fault in faults] == [
        ("cases.no_value", f"parks!{cell}") for cell in ("A1", "B1")
    ]


def test_a_row_of_a_million_cells():
    """A parser took a gigabyte for its tree."""
    rows = b"<row>" + b"<c/>" * 1_500_001 + b"</row>"
    assert refused_book(with_cells(rows, kind=zipfile.ZIP_STORED)) == "too_many_marks"


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


def test_an_archive_with_a_nameless_file(tmp_path):
    raw = zipped([(entry_of("case.yaml"), b"a: 1\n")]).replace(b"case.yaml", b"\0ase.yaml")
    answer = tried(lambda: accept_upload(CaseRegistry(tmp_path / "uploads"), raw, workbook=False))
    assert answer == "refused"
    for content in (raw, with_sheet(lambda sheet: sheet).replace(b"docProps/app.xml", b"\0ocProps/app.xml")):
        with pytest.raises(Refused, match="broken"):
            check_workbook(content, "t.xlsx", "web.upload", 500, 50_000_000)


ORDERS = [
    "check \u202egpj", "new my-park --in a\rb", "new a\x1b[2Jb", "show a\x1b[2Jb", "\x1b[2J", "list \x1b[2J",
    "runs --out [/x]", "run [/x]", "qca [/x].csv --outcome [/y] --conditions A",
]  # fmt: skip


def test_names_do_not_give_orders_to_the_screen(tmp_path, subtests):
    """Neither to a terminal, nor in the marks of the library that draws tables."""
    for n, order in enumerate(ORDERS):
        with subtests.test(order=order):
            (tmp_path / str(n)).mkdir()
            command(order.split(" "), tmp_path / str(n))


def test_no_fault_can_carry_a_control_character_or_a_novel():
    fault = Fault("cases.not_utf8", "a\x1b[2Jb\n", 1, "k\u202e", {"found": "\x00" + "x" * 9000})
    for lang in ("en", "zh"):
        assert fault.sentence(lang).isprintable()
        assert len(fault.sentence(lang)) < 1000
    assert fault.place() == "a\\x1b[2Jb\\x0a:1"


@pytest.mark.parametrize("escape", ["\\u0000", "\\e[2J", "\\u202e", "\\N"])
def test_control_characters_hidden_in_escapes_are_refused_with_their_line(tmp_path, escape):
    """A title that turns its line round, or clears the screen, would reach reports and tables."""
    from copark.simulation.study import examine_study

    path = tmp_path / "study.yaml"
    path.write_text(f'format: 1\nname: x\ntitle: {{en: "a{escape}b", zh: "乙"}}\ncase: great-stone\n', encoding="utf-8")
    study, faults = examine_study(path)
    assert study is None
    assert [(fault.code, fault.line, fault.key) for fault in faults] == [("cases.control_mark", 3, "title.en")]
    assert faults[0].repair("zh")


def test_files_that_lie_over_one_another_in_an_archive():
    """A small archive whose directory names the same bytes a thousand times."""
    raw = bytearray(zipped([(entry_of(f"{n}.csv", zipfile.ZIP_STORED), b"x" * 90_000) for n in range(2)]))
    start = raw.find(b"PK\x03\x04", 4)
    place = raw.rfind(b"PK\x01\x02")
    raw[place + 20 : place + 24] = (95_000).to_bytes(4, "little")
    raw[place + 42 : place + 46] = start.to_bytes(4, "little")
    with pytest.raises(Refused, match="bomb"):
        check_workbook(bytes(raw), "t.xlsx", "web.upload", 500, 50_000_000)


def test_a_link_named_as_the_place_of_a_new_case_is_followed(tmp_path):
    """As by any program: whoever names a link means where it leads. Nothing is written beside that folder."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "link").symlink_to(elsewhere)
    watch = Watch((elsewhere,))
    with watched(watch):
        new_folder = copark.cases.new_case("my-park", tmp_path / "link")
    assert watch.deeds == []
    assert new_folder.resolve() == (elsewhere / "my-park").resolve()
