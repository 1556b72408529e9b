"""Edits that cannot be made are named by their fault: where, what, how to mend it, in both languages."""

import pytest

from copark.cases.load import load_case
from copark.errors import StudyFaults
from copark.simulation.run import inputs_of
from copark.simulation.study import Study, load_study
from tests.simulation.conftest import scenario_of, study

FILE = """\
format: 1
name: bad
title: {{en: bad, zh: 坏}}
case: great-stone
scenarios:
  - key: as-it-is
    title: {{en: as it is, zh: 现状}}
  - key: edited
    title: {{en: edited, zh: 改动}}
    edits:
      {edits}
"""

BAD = {
    # edits as written: code of the fault, its place
    "equity: [{home: 6000, host: 3000}]": ("study.shares", "scenarios[1].edits.equity[0]"),
    "equity: [{home: 6000, host: 4000}, {home: 5000, host: 5000}]": ("cases.two_tables", "scenarios[1].edits → equity"),
    "equity: [{home: 6000, hots: 4000}]": ("cases.unknown_key", "scenarios[1].edits.equity[0].hots"),
    "quota: 20000": ("study.range", "scenarios[1].edits.quota"),
    "quota: [{from: 2015-13, value: 5001}]": ("cases.no_such_day", "scenarios[1].edits.quota[0].from"),
    "quota: [{from: 2015Q5, value: 5001}]": ("cases.bad_date", "scenarios[1].edits.quota[0].from"),
    "quota: [{value: 5001}, {value: 6001}]": ("cases.same_date", "scenarios[1].edits → quota[1].date"),
    "quota: []": ("cases.too_short", "scenarios[1].edits.quota"),
    "capability: 1.2": ("study.range", "scenarios[1].edits.capability"),
    "profit_tax: [{value: -0.1}]": ("study.range", "scenarios[1].edits.profit_tax"),
    "framework: of": ("cases.not_allowed", "scenarios[1].edits.framework"),
    "framework: {on: off, from: 2015Q1}": ("study.off_with_dates", "scenarios[1].edits.framework"),
    "framework: {from: 2016Q1, to: 2015Q1}": ("cases.ends_before_start", "scenarios[1].edits.framework.to"),
    "depth: {credits: off}": ("cases.unknown_key", "scenarios[1].edits.depth.credits"),
    "depth: {credit: perhaps}": ("cases.not_allowed", "scenarios[1].edits.depth.credit"),
    "partners: {duisburg: drop}": ("study.edit_partners", "scenarios[1].edits.partners.duisburg"),
    "partners: {duisport: gone}": ("cases.not_allowed", "scenarios[1].edits.partners.duisport"),
    "partners: {duisport: {present: off, shift: 2}}": ("study.stay", "scenarios[1].edits.partners.duisport"),
    "partners: {duisport: {shift: 2, from: 2015}}": ("study.stay", "scenarios[1].edits.partners.duisport"),
    "partners: {duisport: {to: 2015Q1}}": ("cases.ends_before_start", "scenarios[1].edits.partners.duisport"),
    "shareholders: {merchants: drop}": ("study.edit_shareholders", "scenarios[1].edits.shareholders.merchants"),
    "drop: [visit/2015-05-11]": ("study.edit_drop", "scenarios[1].edits.drop[0]"),
    "drop: [pandemic]": ("study.edit_drop", "scenarios[1].edits.drop[0]"),
    "kind: private": ("cases.not_allowed", "scenarios[1].edits.kind"),
    "rivals: [{side: third, size: 1, stake: 1}]": ("cases.not_allowed", "scenarios[1].edits.rivals[0].side"),
    "rivals: [{side: host, size: 1}]": ("cases.missing_key", "scenarios[1].edits.rivals[0].stake"),
    "terms: {cost: {home: 5, host: 0, third: 0}}": ("cases.out_of_range", "scenarios[1].edits.terms.cost.home"),
    "threshhold: 5": ("cases.unknown_key", "scenarios[1].edits.threshhold"),
}  # fmt: skip


def test_a_bad_edit_is_named_by_its_fault(tmp_path, subtests):
    path = tmp_path / "bad.yaml"
    for edits, expected in BAD.items():
        path.write_text(FILE.format(edits=edits), encoding="utf-8")
        with subtests.test(edits=edits), pytest.raises(StudyFaults) as caught:
            load_study(path)
        (fault,) = caught.value.faults
        assert (fault.code, fault.key) == expected
        assert (fault.file, fault.line) == ("bad.yaml", 10 if "→" in fault.key else 11)
        for said in (tell(lang) for tell in (fault.cause, fault.repair) for lang in ("en", "zh")):
            assert said
            assert "{" not in said


def test_the_case_must_be_sound_without_what_is_dropped():
    """The first value of a quota is no event; all shareholders cannot go."""
    case = load_case("great-stone")
    everybody = {holder.key: "drop" for holder in case.shareholders}
    with pytest.raises(StudyFaults) as caught:
        inputs_of(case, scenario_of("nobody", {"shareholders": everybody}))
    (fault,) = caught.value.faults
    assert (fault.code, fault.file) == ("cases.too_short", "nobody")
    assert "shareholders" in fault.key


def test_edits_survive_being_written_and_read_again():
    written = {
        "equity": [{"from": "2015Q2", "home": 6000, "host": 4000}],
        "quota": 5001,
        "framework": "off",
        "depth": {"visits": "off"},
        "partners": {"duisport": "drop", "hupac": {"from": "2016Q1", "forever": True}},
        "narrow_until": "forever",
        "terms": {"cost": "off"},
        "rivals": [{"side": "host", "size": 1, "stake": 0.9}],
        "drop": ["decree/2017-05-12"],
    }
    made = study(scenario_of(), scenario_of("edited", written))
    assert Study.model_validate(made.content()) == made
    assert made.with_changes(runs=7).scenarios == made.scenarios
    assert made.scenarios[0].edits.is_empty
    assert not made.scenarios[1].edits.is_empty
