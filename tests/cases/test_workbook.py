"""A case as a workbook: there and back, faults by cell, and what is no workbook of an honest person."""

import re
import shutil
from io import BytesIO
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from tests.web.test_uploads import rewritten

from copark.calibration.calibration_setup import everything_fitted
from copark.calibration.observations import targets
from copark.cases import casebook_path, list_cases, load_case
from copark.cases.files import Refused
from copark.cases.wide_rows import WIDE
from copark.cases.workbook_reading import read_workbook
from copark.cases.workbook_sheets import choices, codes, sheets
from copark.cases.workbook_writing import EXAMPLE, case_from_workbook, template_workbook, workbook_of
from copark.texts import LANGUAGES

SMALLEST = {
    "Park": {"B3": "Blue Harbour", "B4": "two governments", "B6": "2012Q1", "B8": "2020Q4", "B9": "CHN China",
             "B11": "egypt"},
    "Observations": {"A3": "2016-12-31", "B3": "jobs", "C3": 1200, "J3": "high", "K3": "report"},
    "Sources": {"A3": "report", "B3": "Annual report", "F3": "original"},
}  # fmt: skip
"""What a park cannot do without."""
SERIES = "xl/worksheets/sheet5.xml"
"""Where the observations are in it."""


def filled(cells):
    """Sheets with the headings of the template, and cells filled in."""
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets():
        page = book.create_sheet(sheet.title("en"))
        labels = [sheet.label(column, "en") for column in sheet.columns if column.parts[1] != "zh"]
        for place, label in enumerate(labels, start=2 if sheet.kind == "form" else 1):
            page.cell(*((place, 1) if sheet.kind == "form" else (1, place)), label)
        for cell, value in cells.get(sheet.title("en"), {}).items():
            page[cell] = value
    return saved(book)


def changed(**more):
    """The smallest park with more cells, or others."""
    return filled({name: SMALLEST.get(name, {}) | more.get(name, {}) for name in {*SMALLEST, *more}})


def saved(book):
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def told(content):
    """Cells and codes of the faults of a workbook."""
    return [(fault.file, fault.code.removeprefix("cases.")) for fault in read_workbook(content).check()]


@pytest.mark.parametrize("names", [("great-stone", "suzhou"), pytest.param(list_cases(), marks=pytest.mark.long)])
def test_a_case_there_and_back_is_the_same_case(names, tmp_path):
    for name in names:
        for lang in LANGUAGES:
            folder = tmp_path / f"{name}-{lang}"
            folder.mkdir()
            book = read_workbook(workbook_of(casebook_path() / name, lang))
            assert book.check() == []
            book.write(folder)
            case = load_case(name)
            back = load_case(folder)
            assert (back.hash, back.decisions) == (case.hash, case.decisions)


def test_texts_of_one_language_come_back(tmp_path):
    """A case may write its texts in one language, or without saying which."""
    folder = tmp_path / "case"
    shutil.copytree(EXAMPLE, folder)
    path = folder / "case.yaml"
    words = path.read_text(encoding="utf-8")
    words = words.replace("{en: Blue Harbour (invented), zh: 蓝港（虚构）}", "Blue Harbour")
    path.write_text(words.replace("title: {en: China, zh: 中国}", "title: {zh: 中国}"), encoding="utf-8")
    case = load_case(folder)
    assert (case.title.zh, case.sides.home.title.en) == ("Blue Harbour", "中国")
    for lang in LANGUAGES:
        back = tmp_path / lang
        back.mkdir()
        read_workbook(workbook_of(folder, lang)).write(back)
        assert load_case(back).hash == case.hash


def test_the_smallest_park_is_sound_and_says_what_it_does_not_know(tmp_path):
    path = tmp_path / "Blue Harbour 2020.xlsx"
    path.write_bytes(changed())
    case = load_case(case_from_workbook(path, tmp_path))
    assert case.name == "blue-harbour-2020"
    assert (case.title.en, case.title.zh) == ("Blue Harbour", "Blue Harbour"), "one language is enough"
    assert (case.sides.home.title.zh, case.sides.host.country) == ("中国", "EGY")
    assert {"shareholders", "equity", "events", "quota", "finance", "land", "regime"} <= set(case.not_known)
    (jobs,) = case.observations
    assert (jobs.unit, jobs.bound, jobs.role, jobs.use, jobs.value) == ("persons", "exact", "fit", True, 1200)
    assert case.clock.quarters == 80


def test_a_value_on_another_basis_is_only_shown(tmp_path):
    """Chosen in its column it needs no role; a role by which it would be compared is a fault."""
    announced = choices("other_basis", "en")["announced"]
    path = tmp_path / "harbour.xlsx"
    path.write_bytes(changed(Observations={"N3": announced}))
    (jobs,) = load_case(case_from_workbook(path, tmp_path)).observations
    assert (jobs.role, jobs.other_basis) == ("context", "announced")
    assert told(changed(Observations={"N3": announced, "G3": "calibration"})) == [("Observations!G3", "not_compared")]


def test_a_chinese_workbook_is_read_in_its_own_words(tmp_path):
    book = load_workbook(BytesIO(template_workbook("lan-gang", "zh")))
    park = {row[0].value: row[1] for row in book["园区"].iter_rows() if row[0].value}
    for label, value in {"园区名称": "蓝港", "主导者": "两国政府", "起始季度": "2012Q1", "数据截止季度": "2020Q4",
                         "投资国": "中国", "东道国": "EGY 埃及"}.items():  # fmt: skip
        park[label].value = value
    rows = {"观测值": {"日期": "2016", "观测变量": choices("variable", "zh")["operating"], "数值": 12, "证据等级": "高",
                       "来源": "nianbao"},
            "来源": {"简称": "nianbao", "发布者": "年度报告", "阅读方式": "原文"}}  # fmt: skip
    for name, cells in rows.items():
        head = {cell.value: cell.column for cell in book[name][1]}
        for label, value in cells.items():
            book[name].cell(3, head[label], value)
    read = read_workbook(saved(book))
    assert read.check() == []
    read.write(tmp_path)
    case = load_case(tmp_path)
    assert (case.name, case.title.en, case.observations[0].variable) == ("lan-gang", "蓝港", "operating")


def test_a_chinese_workbook_of_before_is_still_read(tmp_path):
    """Sheets, headings and choices that have been renamed in Chinese: 高访, 可信度, 优惠贷款; 投资方, 东道方."""
    book = load_workbook(BytesIO(workbook_of(casebook_path() / "great-stone", "zh")))
    now = read_workbook(saved(book))
    book["高层互访"].title = "高访"
    renamed = {"证据等级": "可信度", "优惠信贷": "优惠贷款", "投资国一方": "投资方", "东道国一方": "东道方"}
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value in renamed:
                    cell.value = renamed[cell.value]
    before = read_workbook(saved(book))
    assert before.check() == []
    assert (before.tree, before.tables) == (now.tree, now.tables)
    assert len(before.tree["visits"]) == 11


def test_faults_stand_in_their_cells_all_at_once():
    wrong = {
        "Park": {"B6": "2012Q7", "B9": "Atlantis"},
        "Facts": {"A3": "Registered capital", "B3": "2012-01", "C3": "ten", "G3": "high", "H3": "nowhere",
                  "A4": "Hope", "B4": "2012"},
        "Shares": {"B3": "2012-01", "C3": "a", "D3": "Home side", "E3": 6000, "H3": "high", "I3": "report"},
        "Observations": {"C3": "twelve", "A4": "2016-13", "B4": "jobs", "C4": 5, "J4": "high", "K4": "report"},
    }  # fmt: skip
    faults = told(changed(**wrong))
    assert faults == [
        ("Park!B6", "bad_quarter"), ("Park!B9", "bad_country"), ("Facts!C3", "not_a_number"),
        ("Facts!H3", "unknown_source"), ("Facts!A4", "unknown_line"), ("Shares!E3", "equity_sum"),
        ("Observations!C3", "not_a_number"), ("Observations!A4", "no_such_day"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "park", "kind", "series", "grade"),
    [("en", "Park", "Who drives it", "Observations", "Grade"), ("zh", "园区", "主导者", "观测值", "证据等级")],
)
def test_what_may_be_chosen_is_told_in_the_words_of_the_workbook(lang, park, kind, series, grade):
    book = load_workbook(BytesIO(template_workbook("blue", lang)))
    driver = next(cells[1] for cells in book[park].iter_rows() if cells[0].value == kind)
    graded = book[series].cell(3, next(cell.column for cell in book[series][1] if cell.value == grade))
    driver.value = graded.value = "pirates"
    faults = {fault.file: fault for fault in read_workbook(saved(book)).check() if fault.code == "cases.not_allowed"}
    for cell, choice in ((driver, "kind"), (graded, "grade")):
        told_there = faults[f"{cell.parent.title}!{cell.coordinate}"]
        assert told_there.values["suggestion"] == " | ".join(choices(choice, lang).values())


BOOKS = dict(zip("ABCDEFGH", ["2019", 4, 12.5, 9, None, 0.5, None, "report"], strict=True))
"""A year of a company's accounts: date, five lines, units of the currency for one US$, source."""


def year(cells, row=3, **changes):
    """A row of a wide sheet, by its cells."""
    return {f"{column}{row}": value for column, value in (cells | changes).items()}


def test_books_and_satellite_stand_for_observations(tmp_path):
    """A row a year, a row of series.csv for each cell filled in; and back in Observations alone."""
    path = tmp_path / "harbour.xlsx"
    signal = {"A3": 2018, "B3": 1.5, "C3": 40, "D3": 0.1, "E3": "report"}
    books = {**year(BOOKS), **year(BOOKS, 4, A=2020, B=None, C=13.8, D=None, F=None, G=6.9, I="high", J="audited")}
    path.write_bytes(changed(Books=books, Satellite=signal))
    case = load_case(case_from_workbook(path, tmp_path))
    rows = {(row.variable, str(row.date)): row for row in case.observations}
    assert len(rows) == 1 + 4 + 1 + 2
    fees = rows["fees", "2019"]
    assert (fees.value, fees.unit, fees.role, fees.bound, fees.grade) == (12.5, "M USD/yr", "context", "exact", "high")
    abroad = rows["fees", "2020"]
    assert not {one.variable for one in targets(everything_fitted(case))} & {*WIDE["books"]}, "evidence alone"
    assert (abroad.value, abroad.note) == (2, "audited; 13.8 million in its own currency, at 6.9 for one US$")
    light, built = rows["night_light", "2018"], rows["built_up_area", "2018"]
    assert [(row.value, row.unit, row.role, row.grade, row.error) for row in (light, built)] == [
        (1.5, "ratio", "context", "medium", 0.15),
        (40, "ha", "context", "medium", 4),
    ]
    again = load_workbook(BytesIO(workbook_of(case.folder)))
    assert [again[title].max_row for title in ("Books", "Satellite")] == [2, 2]
    read_workbook(saved(again)).write(tmp_path)
    assert load_case(tmp_path).hash == case.hash


def test_faults_of_books_stand_in_their_own_cells():
    assert told(changed(Books=year(BOOKS, C="twelve"))) == [("Books!C3", "not_a_number")]
    assert told(changed(Books=year(BOOKS, G="six"))) == [("Books!G3", "not_a_number")]
    assert told(changed(Books=year(BOOKS, H="nowhere"))) == [("Books!H3", "unknown_source")], "once, not for each line"
    assert told(changed(Books=year(BOOKS, D=-9, G=0))) == [("Books!D3", "out_of_range"), ("Books!G3", "limit")]
    before = {"A4": "2019", "B4": "fees", "C4": 12, "J4": "high", "K4": "report"}
    (twice,) = read_workbook(changed(Observations=before, Books=year(BOOKS))).check()
    assert (twice.file, twice.values["first"]) == ("Books!C3", "Observations!C4")
    assert told(changed(Satellite={"A3": 2018, "B3": 1, "D3": "some", "E3": "report"})) == [
        ("Satellite!D3", "not_a_number"),
    ]  # fmt: skip


HOLIDAY = {"A": "2019-05", "B": "2029", "C": "tax holiday", "D": "No profit tax for ten years", "E": 10, "G": "years",
           "J": "the host government", "L": "no profit tax is due for ten years", "M": "high", "N": "law"}  # fmt: skip
"""A row of the sheet of instruments, by column."""
LAW = {"A4": "law", "B4": "Investment Act 2019", "F4": "original"}
"""A source that it alone names."""


def test_instruments_in_force_are_kept_and_move_nothing(tmp_path):
    """They come back as they went, in both languages, and neither they nor their sources are part of the hash."""
    price = {"A": "2025-01", "C": "land-price", "D": "A price", "E": 60, "F": 80, "G": "currency per m²", "H": "KES",
             "J": "the development company", "L": "60 to 80 shillings", "M": "high", "N": "report; law"}  # fmt: skip
    for name, more in {"bare": {}, "full": {"Instruments": year(HOLIDAY) | year(price, 4), "Sources": LAW}}.items():
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(changed(**more))
    bare, case = (load_case(case_from_workbook(tmp_path / f"{name}.xlsx", tmp_path / name, "harbour"))
                  for name in ("bare", "full"))  # fmt: skip
    assert case.hash == bare.hash
    holiday, land = case.decisions
    assert (holiday.value, holiday.unit, holiday.bound, holiday.what_zh) == (10, "yr", "exact", holiday.what_en)
    assert (land.high, land.currency, land.bound, str(land.date)) == (80, "KES", "range", "2025-01")
    assert (list(case.sources), list(case.evidence_sources)) == (["report"], ["law"])
    for lang in LANGUAGES:
        back = tmp_path / lang
        back.mkdir()
        read_workbook(workbook_of(case.folder, lang)).write(back)
        again = load_case(back)
        assert (again.decisions, again.evidence_sources) == (case.decisions, case.evidence_sources)


def test_what_must_be_filled_in_is_never_said_to_be_left_empty():
    """Of texts in two languages that of the reader."""
    for sheet, lang in product(sheets(), LANGUAGES):
        if sheet.kind == "table":
            told = [sheet.told(one, lang) for one in sheet.columns if one.parts[0] in ("what", "event", "actors")]
            assert not [words for words in told if {"en": "May be left empty", "zh": "可留空"}[lang] in words]


def test_faults_of_instruments_stand_in_their_own_cells():
    rows = year(HOLIDAY, C="tax vacation") | year(HOLIDAY, 4, E="ten", L="") | year(HOLIDAY, 5, N="decree; law")
    assert told(changed(Instruments=rows, Sources=LAW | {"F4": "seen"})) == [
        ("Instruments!C3", "not_allowed"),
        ("Instruments!E4", "not_a_number"),
        ("Instruments!L4", "empty_cell"),
        ("Instruments!N5", "unknown_source"),
        ("Sources!F4", "not_allowed"),
    ]


def test_a_workbook_without_the_optional_sheets_is_still_read():
    book = load_workbook(BytesIO(changed()))
    for title in ("Books", "Satellite", "Instruments"):
        del book[title]
    assert told(saved(book)) == []


def test_numbers_nobody_can_have_and_marks_nobody_can_see_are_told():
    faults = told(changed(Park={"B3": "Blue\u200bHarbour"}, Observations={"C3": 1e308}))
    assert faults == [("Park!B3", "control_mark"), ("Observations!C3", "out_of_range")]
    assert told(changed(Observations={"C3": "NaN"})) == [("Observations!C3", "not_finite")]
    with pytest.raises(Refused):
        told(rewritten(changed(), SERIES, lambda raw: raw.replace(b"<v>1200</v>", b"<v>NaN</v>")))


def test_a_formula_counts_by_the_value_that_was_stored():
    cell = rb'<c r="C3"[^>]*><v>1200</v>'
    for written, faults in (
        (b'<c r="C3"><f>600*2</f><v>1200</v>', []),
        (b'<c r="C3"><f>[1]Other!A1</f><v>1200</v>', []),
        (b'<c r="C3"><f>600*2</f>', [("Observations!C3", "no_value")]),
        (b'<c r="C3" t="e"><v>#REF!</v>', [("Observations!C3", "error_value")]),
    ):
        content = rewritten(changed(), SERIES, lambda raw, written=written: re.sub(cell, written, raw))
        assert told(content) == faults


def test_headings_that_are_gone_or_misspelt_are_told_and_sheets_of_ones_own_are_not():
    assert told(changed(Observations={"B1": "Thing"}))[:2] == [
        ("Observations!A1", "missing_column"), ("Observations!B1", "unknown_head"),
    ]  # fmt: skip
    assert ("Observations!A1", "no_head") in told(changed(Observations={f"{c}1": None for c in "ABCDEFGHIJKLMN"}))
    book = load_workbook(BytesIO(changed()))
    book.create_sheet("My sums")["A1"] = "=1+1"
    assert told(saved(book)) == []


def test_what_is_no_workbook_of_a_park_is_refused():
    for content in (b"", b"PK\3\4", b"x" * 1000, saved(Workbook())):
        with pytest.raises(Refused):
            read_workbook(content)


def test_no_words_mean_two_things():
    """What may be chosen has one meaning, and so has a heading of a sheet."""
    for sheet, lang in product(sheets(), LANGUAGES):
        labels = [sheet.label(column, lang) for column in sheet.columns]
        assert len(set(labels)) == len(labels), (sheet.key, lang)
        for column in (candidate for candidate in sheet.columns if candidate.choice):
            for code, label in choices(column.choice, lang).items():
                assert codes(column.choice)[label.casefold()] == code, (column.choice, label)


@pytest.mark.long
@given(
    st.sampled_from(["Observations", "Facts", "Credit"]),
    st.dictionaries(
        st.builds("{}{}".format, st.sampled_from("ABCDEFGHIJKL"), st.integers(1, 4)),
        st.text(max_size=12).filter(str.isprintable) | st.floats() | st.integers() | st.booleans(),
        max_size=6,
    ),
)
def test_whatever_stands_in_the_cells_is_read_or_told(sheet, cells):
    for fault in read_workbook(changed(**{sheet: cells})).check():
        assert "!" in fault.file
        assert fault.sentence("zh")
