"""Published accounts of all parks beside the model: each row is the answer about its park, in both languages."""

import pytest

from copark.analyses.context import Context
from copark.analyses.parks_accounts import figures
from copark.analyses.registry import REGISTRY
from copark.cases import list_cases, load_case
from copark.texts import LANGUAGES

RUNS = 12


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    return Context(tmp_path_factory.mktemp("parks-accounts"), threads=1)


@pytest.fixture(scope="module")
def answer(context):
    """Answer of a few runs."""
    analysis = REGISTRY["parks-accounts"]
    return analysis.ask.compute(analysis.params(runs=RUNS), context)


def test_each_row_is_the_answer_about_its_park(answer, context):
    known = {park.case: park for park in answer.parks}
    assert {load_case(name).title for name in list_cases() if name not in known} == set(answer.without)
    accounts = REGISTRY["accounts"]
    for name in ("thilawa", "suzhou", "lekki"):
        alone = accounts.ask.compute(accounts.params(case=name, runs=RUNS), context)
        row = known[name]
        assert row.figures == len(alone.figures)
        assert row.compared == len(alone.compared)
        assert row.sides["within"] == sum(comparison.side == "within" for comparison in alone.compared)
        assert row.total == next(iter(alone.totals), None)
    assert known["thilawa"].total.whose != "group", "of company and group the company's is told"
    published = known["thilawa"].prices["land_price"]
    assert published.low == pytest.approx(0.8), "80 USD a square metre, in M USD a hectare"
    assert published.model.low <= published.model.median <= published.model.high


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_document_has_a_row_for_each_park_and_a_figure_of_results(answer, lang):
    document = REGISTRY["parks-accounts"].document(answer, lang)
    tables = {table.key: table for table in document.tables()}
    assert [len(tables[key].rows) for key in ("results", "known")] == [len(answer.parks)] * 2
    titles = [park.park.text(lang) for park in answer.parks]
    assert [row[0] for row in tables["results"].rows] == titles
    (axes,) = figures.results(answer, lang).axes
    assert axes.get_xscale() == "symlog"
    marks = [line for line in axes.lines if list(line.get_xdata()) in [[total.published] for _, total in answer.added]]
    assert len(marks) == len(answer.added)


def test_files_have_a_row_for_each_park(answer):
    frame = answer.to_frame()
    assert list(frame["case"]) == [park.case for park in answer.parks]
    added = frame.dropna(subset="result")
    assert (added["model_result_p05"] <= added["model_result"]).all()
