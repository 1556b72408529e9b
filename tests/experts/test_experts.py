"""Literature and experts: the workbook, whose faults are told by their cell; and the answer from end to end."""

import re
from math import isfinite

import pytest
from openpyxl import load_workbook

from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.analyses.experts.workbook import ExpertQuestion, read, template
from copark.cases.types import WrittenText
from copark.errors import FaultsFound, RunRefused
from copark.presentation.document import Chart
from copark.presentation.figures import render
from copark.presentation.style import styled
from tests.asked import table
from tests.experts.shared import few_alternatives

both = WrittenText.model_validate
ASKED = (
    ExpertQuestion("alpha", "parameter", both("Weight"), both("1"), 0.35, 0.7),
    ExpertQuestion(
        "4b/ties/size",
        "effect",
        WrittenText(en="Change", zh="变化"),
        WrittenText(en="per cent", zh="百分比"),
        -99.0,
        1000.0,
        "log",
    ),
)
FIRST, SECOND = "Expert 1", "Expert 2"


@pytest.fixture
def book(tmp_path):
    """Fills in the template: values by sheet and cell."""

    def filled(values, lang="en", names=(FIRST, SECOND)):
        path = tmp_path / "answers.xlsx"
        path.write_bytes(template(ASKED, "A park", lang))
        made = load_workbook(path)
        for page, name in zip(made.worksheets[1:], names, strict=True):
            for cell, value in values.get(name, {}).items():
                page[cell] = value
            page.title = name
        made.save(path)
        return path

    return filled


def told(path):
    with pytest.raises(FaultsFound) as found:
        read(path, ASKED)
    for one in found.value.faults:
        for lang in ("en", "zh"):
            assert one.sentence(lang)
    return [(one.code.removeprefix("experts."), one.file) for one in found.value.faults]


def test_what_experts_fill_in_is_read_in_both_languages(book, subtests):
    first = {"F4": 0.4, "G4": 0.5, "H4": 0.6, "I4": "as elsewhere"}
    second = {"B1": 3, "F5": "-40", "G5": -20, "H5": 5}
    for lang in ("en", "zh"):
        with subtests.test(lang=lang):
            given = {"王丽": first, "Ivanov": second}
            experts = read(book(given, lang, ("王丽", "Ivanov")), ASKED)
            assert [(one.name, one.weight) for one in experts] == [("王丽", 1.0), ("Ivanov", 3.0)]
            assert experts[0].answers == {"alpha": (0.4, 0.5, 0.6)}
            assert experts[1].answers == {"4b/ties/size": (-40.0, -20.0, 5.0)}
    (alone,) = read(book({FIRST: first}), ASKED)
    assert alone.name == FIRST, "a sheet that nobody filled in is nobody's"


def test_per_cent_become_log_points():
    assert ASKED[1].inside(-50.0) == pytest.approx(-0.6931, abs=1e-4)
    assert ASKED[1].outside(ASKED[1].inside(25.0)) == pytest.approx(25.0)


def test_faults_are_told_by_cell(book):
    first = {"F4": 0.5, "G4": 0.4, "H4": "much", "F5": -200, "G5": 0, "H5": "=1+1",
             "A6": "beta", "F6": 1, "G6": 2, "H6": 3, "A7": "alpha", "F7": 0.4, "G7": 0.5, "H7": 0.6,
             "A8": "alpha", "F8": 0.4, "G8": 0.5, "H8": 0.6}  # fmt: skip
    second = {"B1": -2, "G2": "Middle", "F4": 0.4, "G4": 0.5, "H4": 0.6}
    found = told(book({FIRST: first, SECOND: second}))
    assert set(found) == {
        ("disorder", f"{FIRST}!G4"), ("no_number", f"{FIRST}!H4"), ("beyond", f"{FIRST}!F5"),
        ("cases.no_value", f"{FIRST}!H5"), ("no_number", f"{FIRST}!H5"), ("unknown", f"{FIRST}!A6"),
        ("twice", f"{FIRST}!A8"), ("no_weight", f"{SECOND}!B1"), ("no_head", f"{SECOND}!A2"),
    }  # fmt: skip
    assert [place for _, place in found] == sorted((place for _, place in found), key=lambda one: one.split("!")[0])


def test_huge_and_odd_numbers_are_none(book):
    odd = {"F4": "NaN", "G4": "1" * 400, "H4": "Infinity", "F5": "[1]", "G5": "true", "H5": "1e999"}
    assert {code for code, _ in told(book({FIRST: odd}))} == {"no_number"}


def test_what_is_no_such_workbook_is_refused(book, tmp_path):
    path = tmp_path / "not.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing")
    assert told(path)
    assert told(tmp_path / "nowhere.xlsx")
    assert told(book({})) == [("nobody", "answers.xlsx")]


EXPERTS = REGISTRY["experts"]
SMALL = {"case": "wsip", "draws": 40, "replicates": 2}


@pytest.fixture(scope="module")
def few():
    """What a group of experts moves does not depend on how many alternative assumptions are looked at."""
    with few_alternatives():
        yield


@pytest.fixture(scope="module")
def ask(tmp_path_factory, few):
    place = tmp_path_factory.mktemp("experts")

    def asked_of(**changes):
        return answer(EXPERTS, EXPERTS.params(**SMALL | changes), Context(place, threads=1)).result

    return asked_of


@pytest.fixture(scope="module")
def alone(ask):
    return ask()


@pytest.fixture(scope="module")
def answers(ask, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "answers.xlsx"
    found = ask(template=path)
    assert (found.rows, found.template) == ((), "answers.xlsx")
    assert "copark experts wsip --from answers.xlsx" in EXPERTS.document(found).headline
    book = load_workbook(path)
    for page, name, given in zip(
        book.worksheets[1:], ("Ann", "Bo"), ((0.4, 0.45, 0.5), (0.55, 0.6, 0.65)), strict=True
    ):
        page.title = name
        row = next(cells for cells in page.iter_rows(min_row=4) if cells[0].value == "home_contribution")
        for cell, value in zip(row[5:8], given, strict=True):
            cell.value = value
    book.save(path)
    return path


@pytest.fixture(scope="module")
def informed(ask, answers):
    return ask(answers=answers)


@pytest.mark.long
def test_without_a_file_there_is_literature_alone(alone):
    assert list(alone.ways) == ["prior", "prior_literature", "record", "record_literature"]
    assert alone.experts == alone.asked == ()
    assert alone.ways["record_literature"] < alone.ways["record"] == SMALL["draws"]
    used = {one.key for one in alone.estimates if one.state == "used"}
    assert {"venture-peak", "capital-per-job"} <= used
    assert not used & {"revealed-value", "sector-targeting"}, "of another park; from memory"
    assert all(set(row.by_estimate) == used for row in alone.rows)


@pytest.mark.long
def test_experts_change_their_columns_and_no_other(alone, informed):
    before = {(row.claim, row.part): row.held for row in alone.rows}
    for row in informed.rows:
        for way, held in before[row.claim, row.part].items():
            assert repr(row.held[way]) == repr(held), "what literature says is not mixed with what experts say"
    (asked,) = informed.asked
    assert asked.apart
    assert asked.pool[0] < 0.45
    assert asked.pool[2] > 0.6


@pytest.mark.long
def test_experts_are_pooled_linearly(informed):
    """A chance that leaves the range of chances ends at 0 or 1: the pool lies beyond the mean of ends on that side."""
    within = 0
    for row in informed.rows:
        pool, each = row.held["record_experts"].probability, list(row.by_expert.values())
        if not isfinite(pool):
            continue
        mean = sum(each) / len(each)
        if max(each) < 1.0:
            assert pool <= mean + 1e-9, (row.claim, row.part)
        if min(each) > 0.0:
            assert pool >= mean - 1e-9, (row.claim, row.part)
        within += 0.0 < min(each) <= max(each) < 1.0
    assert within >= 10


@pytest.mark.long
def test_the_document_says_everything_in_its_language(alone, informed, subtests):
    for lang, words in (("en", "nformed by"), ("zh", "参考")):
        with subtests.test(lang=lang):
            document = EXPERTS.document(informed, lang)
            keys = [section.key for section in document.sections]
            assert keys == ["summary", "parts", "literature", "experts", "outlook", "limits"]
            said = repr(document)
            assert words in said
            assert "supported by" not in said
            assert not re.search(r"\{[a-z_]+\}", said)
            assert [row[0] for row in table(document, "experts").rows] == ["Ann", "Bo"]
            assert "experts" not in [section.key for section in EXPERTS.document(alone, lang).sections]
    (chart,) = [block for section in document.sections for block in section.blocks if isinstance(block, Chart)]
    assert len(render(styled(chart.figure)(), "png")) > 10_000


@pytest.mark.long
def test_a_template_and_answers_at_once_are_refused(ask, answers):
    with pytest.raises(RunRefused):
        ask(answers=answers, template=answers.with_name("other.xlsx"))
