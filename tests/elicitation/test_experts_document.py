"""Literature and experts from end to end, on a park without claims of its own and few draws."""

from __future__ import annotations

import re
from math import isfinite

import pytest
from openpyxl import load_workbook

from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.errors import RunRefused
from copark.presentation.document import Chart
from copark.presentation.figures import render
from copark.presentation.style import styled
from tests.asked import table

EXPERTS = REGISTRY["experts"]
SMALL = {"case": "wsip", "draws": 40, "futures": 2}


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
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


def test_without_a_file_there_is_literature_alone(alone):
    assert list(alone.ways) == ["prior", "prior_literature", "record", "record_literature"]
    assert alone.experts == alone.asked == ()
    assert alone.ways["record_literature"] < alone.ways["record"] == SMALL["draws"]
    used = {one.key for one in alone.estimates if one.state == "used"}
    assert {"venture-peak", "capital-per-job"} <= used
    assert not used & {"revealed-value", "sector-targeting"}, "of another park; from memory"
    assert all(set(row.by_estimate) == used for row in alone.rows)


def test_experts_change_their_columns_and_no_other(alone, informed):
    before = {(row.claim, row.part): row.held for row in alone.rows}
    for row in informed.rows:
        for way, held in before[row.claim, row.part].items():
            assert repr(row.held[way]) == repr(held), "what literature says is not mixed with what experts say"
        pooled, each = row.held["record_experts"].probability, list(row.by_expert.values())
        if isfinite(pooled):
            assert pooled == pytest.approx(sum(each) / len(each)), "a linear pool"
    (asked,) = informed.asked
    assert asked.apart
    assert asked.pool[0] < 0.45
    assert asked.pool[2] > 0.6


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


def test_a_template_and_answers_at_once_are_refused(ask, answers):
    with pytest.raises(RunRefused):
        ask(answers=answers, template=answers.with_name("other.xlsx"))
