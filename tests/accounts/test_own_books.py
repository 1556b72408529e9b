"""A person's own books and satellite signal beside the model: evidence that enters no fit."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
import xarray as xr
from openpyxl import load_workbook

from copark.analyses.accounts.books import RESULT
from copark.analyses.accounts.signals import signals_of
from copark.analyses.context import Context
from copark.analyses.registry import REGISTRY
from copark.cases import load_case
from copark.cases.quarters import Quarter
from copark.cases.workbook_reading import read_workbook
from copark.cases.workbook_writing import EXAMPLE, workbook_of
from copark.stats.quantiles import Z_BAND, Band

BOOKS = [
    (2021, 4.0, 1.5, 2.0, 3.0, 0.5, None, "annual-report"),
    (2022, 2400, 1600, 2200, None, 480, 800, "annual-report"),
    (2023, 3.0, 1.8, 2.0, 1.0, 0.5, None, "annual-report"),
]
"""Three years, one of them in another currency and without the cost of servicing."""
SIGNAL = [(2015, 1, 10, 0.1, "newspaper"), (2020, 1.5, 20, 0.1, "newspaper"), (2023, 2, 15, 0.1, "newspaper")]


def own_workbook():
    """The workbook of the invented park, with books and a signal."""
    book = load_workbook(BytesIO(workbook_of(EXAMPLE)))
    for title, rows in (("Books", BOOKS), ("Satellite", SIGNAL)):
        for at, cells in enumerate(rows, start=3):
            for column, cell in enumerate(cells, start=1):
                book[title].cell(at, column).value = cell
    content = BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.fixture(scope="module")
def park(tmp_path_factory):
    """The invented park in a folder."""
    folder = tmp_path_factory.mktemp("own") / "blue-harbour"
    folder.mkdir()
    read_workbook(own_workbook()).write(folder)
    return folder


@pytest.fixture(scope="module")
def answer(park, tmp_path_factory):
    accounts = REGISTRY["accounts"]
    context = Context(tmp_path_factory.mktemp("accounts"), threads=1)
    return accounts.ask.compute(accounts.params(case=str(park), runs=20), context)


def test_every_line_of_the_books_stands_beside_the_ledger_of_its_year(answer):
    assert len(answer.figures) == len(answer.compared) == 14
    fees = {one.figure.period: one.figure for one in answer.compared if one.figure.quantity == "fees"}
    assert (fees["2022"].compared, fees["2022"].quarters) == (pytest.approx(2.0), 4)
    assert fees["2022"].note == "1600 million in its own currency, at 800 for one US$"
    course = answer.courses["fees"]
    (of_2021,) = [one.model for one in answer.compared if one.figure is fees["2021"]]
    assert course.bands[course.years.index(2021)] == of_2021
    assert len(answer.main_table()) == 14


def test_lines_are_added_up_and_the_rest_is_of_years_with_all_five(answer):
    lines = {line.name: line for line in answer.lines}
    assert lines["land_sales"].booked == pytest.approx(4 + 3 + 3)
    assert lines["land_sales"].years == (2021, 2022, 2023)
    assert lines[RESULT].years == (2021, 2023)
    assert lines[RESULT].booked == pytest.approx((4 + 1.5 - 2 - 3 - 0.5) + (3 + 1.8 - 2 - 1 - 0.5))
    sales = answer.courses["land_sales"]
    assert lines["land_sales"].model.high <= sum(
        sales.bands[sales.years.index(year)].high for year in (2021, 2022, 2023)
    )


def test_a_signal_and_the_model_are_100_in_the_first_year_in_common(answer):
    light, built = answer.signals
    assert (light.output, built.output, light.base) == ("operating", "occupied_area", 2015)
    assert light.seen.bands[0] == light.model.bands[0] == Band(100.0, 100.0, 100.0)
    assert [round(band.median) for band in light.seen.bands] == [100, 150, 200]
    assert [round(band.median) for band in built.seen.bands] == [100, 200, 150]
    last = built.seen.bands[-1]
    assert last.high - last.median == pytest.approx(Z_BAND * 150 * np.hypot(0.1, 0.1)), "its error and the first year's"


def test_a_year_before_most_runs_have_anything_is_no_base(park):
    case = load_case(park)
    start = Quarter(2014, 1)
    values = np.tile(np.repeat(np.arange(10.0), 4), (4, 1))
    values[:3, :8] = 0.0
    axes = ("scenario", "run", "quarter")
    outputs = dict.fromkeys(("operating", "occupied_area", "status"), (axes, values[np.newaxis]))
    outputs["occupied_area"] = outputs["status"] = (axes, np.zeros((1, 4, 40)))
    runs = xr.Dataset(outputs)
    (light,) = signals_of(case, runs, start)
    assert light.base == 2020, "in 2015 three of four runs have none"
    assert light.without == 0.0
    assert light.model.bands[-1].median == pytest.approx(100 * 9 / 6)


def test_documents_speak_of_the_reader_s_books_and_not_of_the_casebook(answer):
    english, chinese = (answer.document(lang) for lang in ("en", "zh"))
    assert "files of Blue Harbour (invented) hold 14 figures of its company’s books (2021–2023)" in english.headline
    assert "公司账目数值14个" in chinese.headline
    assert "night light seen by satellites is at 200 in 2023" in english.headline
    words = str(english.sections) + str(chinese.sections)
    assert "published figures beside" not in words.lower()
    assert "The sheet Books enters no fit" in words
    assert {block.key for block in english.blocks() if hasattr(block, "figure")} == {"books", "signals", "prices"}
    for lang, document in (("en", english), ("zh", chinese)):
        for block in document.blocks():
            if hasattr(block, "figure"):
                assert block.figure() is not None, lang
    bare = replace(answer, figures=(), lines=(), signals=())
    assert "hold no books" in bare.document("en").headline
    assert "enter them on the sheet Books" in str(bare.document("en").sections[0])


def test_lines_among_the_observations_are_no_test_once_they_are_fitted(answer):
    assert answer.fitted == ()
    words = str(replace(answer, fitted=("fees",)).document("en").sections[0])
    assert "Values of service fees also stand among the observations" in words
