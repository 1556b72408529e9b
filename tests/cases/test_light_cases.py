"""Light cases: what the evidence supports and no more, with documented defaults in the place of what is not known."""

import pytest

from copark.cases import load_case
from copark.cases.completeness import lacks_of, notes_of
from copark.cases.defaults import MAY_BE_UNKNOWN, NO_LIMIT
from copark.cases.load import check_case, examine
from copark.cases.model_inputs import case_parameters, pack
from copark.model.governments.records import NO_PLAN

MINIMAL = """
format: 1
name: small
title: {en: Small, zh: 小园区}
kind: mixed
not_known: [shareholders, equity, events, quota, finance, land, regime, capability]
clock: {start: 2010Q1, quarters: 40, data_end: 2020Q4}
sides:
  home: {country: CHN, title: {en: Home, zh: 投资国}}
  host: {country: EGY, title: {en: Host, zh: 东道国}}
world: {source: {home: CHN, host: EGY, third: WLD}}
"""
SERIES = (
    "date,variable,value,bound,unit,basis,grade,source,use,role\n"
    "2015,operating,5,exact,companies,stock,low,page,yes,fit\n"
)


@pytest.fixture
def small(tmp_path):
    (tmp_path / "case.yaml").write_text(MINIMAL, encoding="utf-8")
    (tmp_path / "series.csv").write_text(SERIES, encoding="utf-8")
    (tmp_path / "sources.yaml").write_text("page: {outlet: Page, read: original}\n", encoding="utf-8")
    return tmp_path


def test_a_case_may_say_that_almost_nothing_is_known_and_the_check_notes_it(small):
    case, faults = examine(small)
    assert faults == []
    assert case.not_known == MAY_BE_UNKNOWN
    assert [table.table for table in case.equity] == ["not-known"]
    assert case.shareholders == case.events == ()
    assert lacks_of(case) == (*MAY_BE_UNKNOWN, "scale", "developer_profit")
    assert all(note.startswith(("Unknown: ", "Not given: ")) for note in notes_of(case, "en"))
    assert all(note.startswith("未") for note in notes_of(case, "zh"))


def test_what_is_missing_must_be_said_to_be_unknown_and_not_be_given_as_well(small):
    table = "table,date,holder,side,basis_points,basis,grade,source,use\na,2010,x,home,10000,shares,low,page,yes\n"
    (small / "equity.csv").write_text(table, encoding="utf-8")
    assert [fault.code for fault in check_case(small)] == ["cases.known_all_the_same"]
    (small / "equity.csv").unlink()
    text = MINIMAL.replace("events, quota, ", "quota, ").replace("finance, ", "")
    (small / "case.yaml").write_text(text, encoding="utf-8")
    assert sorted(fault.code for fault in check_case(small)) == ["cases.missing_file", "cases.missing_key"]


PARTS = """
finance:
  credit:
    - key: loan
      title: {en: Loan, zh: 贷款}
      amount: {date: 2011, value: 30, unit: M USD, basis: loan, grade: low, source: page}
      from: 2011
      concessional: true
      source: page
      grade: low
land:
  plan: [{date: 2010, value: 100, unit: ha, basis: plan, grade: low, source: page}]
regime:
  profit_tax: [{date: 2010-01, value: 0.1, unit: "1", basis: tax, grade: low, source: page}]
"""
PARTS_UNKNOWN = (
    "finance.registered_capital, finance.paid_in_at_start, land.first_area, land.block, regime.threshold, "
    "regime.reference_tax"
)


def test_parts_of_a_key_may_be_unknown(small):
    """What is known beside them acts; what is not has its default, and the notes name each part."""
    written = MINIMAL.replace("finance, land, regime", PARTS_UNKNOWN) + PARTS
    (small / "case.yaml").write_text(written, encoding="utf-8")
    case = load_case(small)
    inputs = pack(case)
    assert (inputs.company["registered_capital"] == NO_LIMIT).all()
    assert (inputs.company["block_area"] == 70.0).all()
    assert (inputs.governments["plan_area"][2:] == 100.0).all()
    assert (inputs.governments["profit_tax"] == 0.1).all()
    assert (inputs.enterprises["reference_tax"] == 0.1).all(), "the park's own, so that nothing is compared"
    assert not inputs.company["repayment_quarters"].any(), "terms that are not known are none"
    assert "interest_rate" not in case_parameters(case), "the model's own parameter"
    assert {"land.block", "regime.reference_tax", "credit_terms"} < set(lacks_of(case))
    assert all(note.startswith(("Unknown: ", "Not given: ")) for note in notes_of(case, "en"))


def test_defaults_do_as_little_as_possible(small):
    inputs = pack(load_case(small))
    company, governments = inputs.company, inputs.governments
    assert (governments["plan_area"] == NO_PLAN).all(), "land follows demand"
    assert (company["registered_capital"] == NO_LIMIT).all(), "money is no limit"
    assert (company["quota"] == 5001).all()
    assert (company["share"] == [5000, 5000, 0]).all()
    assert (company["capability"] == 1.0).all()
    assert not any(part.any() for part in (governments["threshold"], governments["profit_tax"]))
    assert not company["shareholder_ties"].any()


def test_a_light_case_can_be_edited_and_loaded_again(small):
    """The completed content is a whole case: a scenario's edits are checked against it."""
    from copark.simulation.case_edits import edited
    from copark.simulation.scenario_edits import Edits

    changed, problems = edited(load_case(small), Edits.model_validate({"equity": [{"home": 10000}], "quota": 6001}))
    assert problems == []
    assert [table.basis_points_of("home") for table in changed.equity if table.use] == [10_000]
