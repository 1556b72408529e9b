"""Files of levers: the shipped one holds what it promises, and every fault of a person's own is told at once."""

import re

import numpy as np
import pytest
from pydantic import ValidationError

from copark.cases.horizon import present_quarter, seen_from
from copark.cases.load import load_case
from copark.decisions import lever_file
from copark.decisions.experiment import measures_of, scenarios_under, study_of
from copark.errors import StudyFaults
from copark.model.variables import catalogue
from copark.simulation.run import inputs_of
from tests.levers.conftest import small

LEVERS = {"equity", "quota", "operator", "partners", "threshold", "tax", "land", "framework"}


@pytest.fixture(scope="module")
def shipped_file(great_stone):
    return lever_file.load_levers(great_stone)


def test_the_levers_of_great_stone_are_those_that_somebody_controls(shipped_file):
    assert {lever.key for lever in shipped_file.levers} == LEVERS
    for lever in shipped_file.levers:
        assert 2 <= len(lever.start) <= 5, lever.key
        assert 1 <= len(lever.now) <= 5, lever.key
        assert set(lever.rests_on) <= set(catalogue().parameters)


def test_settings_of_now_leave_the_past_and_begin_at_now(shipped_file, great_stone):
    assert shipped_file.now == present_quarter()
    now = shipped_file.now - great_stone.clock.start
    seen = seen_from(great_stone, shipped_file.now)
    as_it_is = inputs_of(seen, lever_file.scenario_of())
    for option in shipped_file.options("now"):
        changed = inputs_of(seen, lever_file.scenario_of(option.entry))
        for submodel in ("world", "governments", "company", "enterprises"):
            assert np.array_equal(getattr(as_it_is, submodel)[:now], getattr(changed, submodel)[:now]), option.key


def test_a_structure_is_what_its_scenarios_have_in_common(shipped_file):
    options = shipped_file.options("start")
    for structure in shipped_file.structures:
        as_it_is, *changed = scenarios_under(options, structure)
        assert as_it_is.key == lever_file.AS_IT_IS
        assert as_it_is.edits.is_empty
        assert [scenario.key for scenario in changed] == [option.key for option in options]
        for scenario in (as_it_is, *changed):
            assert structure.dated_inputs.keys() <= scenario.dated_inputs.keys()
            assert (scenario.parameters, scenario.links) == (structure.parameters, structure.links)


def test_measures_begin_when_levers_are_pulled(shipped_file, great_stone):
    assert measures_of(shipped_file, great_stone, "start").first == 0
    assert measures_of(shipped_file, great_stone, "now").first == shipped_file.now - great_stone.clock.start


def test_a_structure_multiplies_under_every_setting_and_no_setting_does():
    words = {"en": "Both interests doubled", "zh": "双方利益增至两倍"}
    structure = lever_file.Structure.model_validate(
        {
            "key": "strong",
            "title": words,
            "reason": words,
            "times": {"value_home": 2},
            "scale": {"governments.visit": 2},
        }
    )
    setting = lever_file.OptionEntry.model_validate(
        {"key": "taxed", "title": words, "reason": words, "edits": {"profit_tax": 0.2}}
    )
    under = lever_file.scenario_of(setting, structure)
    assert (under.times, under.scale) == (structure.times, structure.scale)
    assert under.edits == setting.edits
    with pytest.raises(ValidationError, match="levers_setting"):
        lever_file.OptionEntry.model_validate(setting.model_dump(by_alias=True) | {"times": {"value_home": 2}})


SPOILT = {
    "controlled_by: host": ("controlled_by: nobody", "levers[0].controlled_by", "home"),
    "measure: home": ("measure: hom", "thresholds[1].measure", "home"),
    "rests_on: [declared_mean]": ("rests_on: [declared_men]", "levers[0].rests_on", "declared_mean"),
    "edits: {threshold: 5}": ("edits: {threshold: -5}", "levers[0].start[0].edits.threshold", "range"),
    "edits: {profit_tax: 0.2}": ("edits: {}", "levers[1].start[0].key", "changes nothing"),
    "rescue_to_ledger": ("rescue_to_leger", "structures[0].links", "rescue_to_ledger"),
    "parameters: {pool_years: 500}": ("parameters: {}", "structures[1].key", "changes nothing"),
    "rate: 0.05": ("rate: 5", "discount.rate", "≤ 1"),
    "key: five": ("key: as-it-is", "levers", "as-it-is"),
    "key: endless-pool": ("key: as-modelled", "structures", "as-modelled"),
    "now: 2025Q1": ("now: 2150Q1", "now", "2102Q2"),
    "case: great-stone": ("case: elsewhere", "case", "great-stone"),
    "profit_tax: 0.2": ("profit_tx: 0.2", "levers[1].start[0].edits.profit_tx", "profit_tax"),
    "threshold: [{value: 0, from: 2025Q1}]": ("threshold: 0", "levers[0].now[0]", "before 2025Q1"),
    " edits: {profit_tax: 0.2}": (" parameters: {tax_pull: 0.1}", "levers[1].start[0].parameters", "parameters"),
    "links: {rescue_to_ledger: {strength: 0}}": ("edits: {threshold: 1}", "structures[0].edits", "edits"),
}


def test_each_fault_says_where_it_is_what_is_wrong_and_how_to_mend_it(written, great_stone, subtests):
    for sound, (spoilt, key, word) in SPOILT.items():
        with subtests.test(sound=sound):
            assert sound in small()
            found, faults = lever_file.examine_levers(written(small().replace(sound, spoilt, 1)), great_stone)
            assert found is None
            told = [fault for fault in faults if fault.key.startswith(key)]
            assert told, [fault.sentence() for fault in faults]
            assert told[0].line is not None
            for lang in ("en", "zh"):
                assert told[0].cause(lang)
                assert told[0].repair(lang)
            assert word in " ".join(fault.sentence() for fault in faults)


def entry_of(key, content):
    """Return the text of a lever in a file of levers."""
    parts = re.split(r"(?m)^(?=  - key: )", content)
    return next(part for part in parts if part.startswith(f"  - key: {key}\n"))


def test_a_lever_without_options_and_an_option_without_a_change_are_told_at_once(written, great_stone):
    """Neither `start` nor `now`, and no `edits`: both by line, in a person's file."""
    threshold = entry_of("threshold", small())
    bare = small().replace(threshold, threshold.split("    start:\n")[0])
    bare = bare.replace("        edits: {profit_tax: 0.2}\n", "")
    found, faults = lever_file.examine_levers(written(bare), great_stone)
    assert found is None
    lines = bare.splitlines()
    assert {(fault.code, lines[fault.line - 1].strip()) for fault in faults} == {
        ("levers.no_options", "- key: threshold"),
        ("levers.nothing", "- key: tax-20"),
    }


@pytest.mark.parametrize("name", ["suzhou", "imip"])
def test_a_gap_in_the_general_set_is_a_fault_by_line_and_no_traceback(name, tmp_path, monkeypatch):
    """As whoever adds a lever may leave it: once a KeyError. The lines are right in a park without partners, too."""
    whole = lever_file.FILE.read_text(encoding="utf-8")
    land = entry_of("land", whole)
    without_edits = whole.replace("edits: {profit_tax: 0}, ", "", 1)
    spoilt = without_edits.replace(land, land.split("    start:\n")[0])
    file = tmp_path / "general.yaml"
    file.write_text(spoilt, encoding="utf-8")
    monkeypatch.setattr(lever_file, "FILE", file)
    case = load_case(name)
    with pytest.raises(StudyFaults) as refused:
        lever_file.general_levers(case, present_quarter())
    lines = spoilt.splitlines()
    places = {fault.code: lines[fault.line - 1].strip() for fault in refused.value.faults}
    assert places.keys() == {"levers.no_options", "levers.nothing"}
    assert places["levers.no_options"] == "- key: land"
    assert places["levers.nothing"].startswith("- {key: tax-free,")
    assert {fault.file for fault in refused.value.faults} == {"general.yaml"}
    for lang in ("en", "zh"):
        assert all(fault.cause(lang) and fault.repair(lang) for fault in refused.value.faults)


@pytest.mark.parametrize("lacking", ["start", "now"])
def test_a_general_lever_may_have_options_of_one_kind_alone(lacking, tmp_path, monkeypatch):
    whole = lever_file.FILE.read_text(encoding="utf-8")
    tax = entry_of("tax", whole)
    head, start, now = re.split(r"    (?:start|now):\n", tax)
    kept = f"{head}    now:\n{now}" if lacking == "start" else f"{head}    start:\n{start}"
    file = tmp_path / "general.yaml"
    file.write_text(whole.replace(tax, kept + "\n"), encoding="utf-8")
    monkeypatch.setattr(lever_file, "FILE", file)
    found = lever_file.general_levers(load_case("imip"), present_quarter())
    lever = next(lever for lever in found.levers if lever.key == "tax")
    assert not getattr(lever, lacking)
    assert lever.start or lever.now


HOSTILE = {
    "nothing": "",
    "tag": "!!python/object/apply:os.system ['true']\n",
    "numbers where texts stand": "format: 1\ncase: 5\ntitle: 7\nlevers: 3\n",
    "not a number": small().replace("at_least: 0.5", "at_least: .nan"),
    "endless number": small().replace("rate: 0.05", "rate: 1e999"),
}


def test_hostile_files_are_refused_with_words(written, great_stone, subtests):
    for harm, text in HOSTILE.items():
        with subtests.test(harm=harm):
            found, faults = lever_file.examine_levers(written(text), great_stone)
            assert found is None
            assert faults
            for fault in faults:
                assert re.search(r"\w", fault.sentence("zh"))


@pytest.mark.parametrize("name", ["suzhou", "imip"])
def test_a_case_without_levers_has_a_general_set_that_it_feels(name):
    """Suzhou has a framework and partners, IMIP neither; what is on record already is not tried.

    The first twenty years of Suzhou are over; from now on something can be decided of it all the same.
    """
    case = load_case(name)
    found = lever_file.load_levers(case)
    assert isinstance(found, lever_file.GeneralLevers)
    levers = {lever.key: {one.key for one in lever.start} for lever in found.levers}
    assert ("partners" in levers) is bool(case.partners)
    assert levers["land"] == {"demand-led"}
    seen, now = seen_from(case, found.now), found.now - case.clock.start
    as_it_is = inputs_of(seen, lever_file.scenario_of())
    for since in ("start", "now"):
        for option in found.options(since):
            anything, past = lever_file.touched(seen, option.entry, as_it_is, now)
            assert anything, option.key
            assert not (since == "now" and past), option.key
    assert lever_file.wanted_levers(found, "now", ())
    assert "NOW" not in found.model_dump_json()
    study = study_of(found, "start", found.options("start"), runs=2)
    assert study.scenarios[0].key == lever_file.AS_IT_IS
