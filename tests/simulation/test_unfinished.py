"""What makes every run fail is refused beforehand where it can be; where all failed nothing is told of them."""

import re
import shutil

import numpy as np
import pytest

import copark as cp
from copark import workflows
from copark.analyses.context import Context
from copark.cases import facts
from copark.cases.casebook import casebook_path
from copark.cases.load import check_case, load_case
from copark.errors import StudyFaults
from copark.model.kernel import OK
from copark.model.variables import catalogue
from copark.simulation.results import STATUS
from copark.simulation.study import examine_study
from copark.simulation.unfinished import require_finished, unfinished_in
from copark.texts import LANGUAGES
from tests.simulation.conftest import FLOOD, scenario_of, study

OUT_OF_RANGE = {
    "profit_tax": [1, "1", [{"value": 0.95, "from": "2020"}]],
    "quota": [0, 10_001, "9223372036854775808"],
    "threshold": [-1, 1001, 1e6],
    "capability": [1.1],
    "plan": [100_001],
}


@pytest.mark.parametrize(("name", "value"), [(name, one) for name, each in OUT_OF_RANGE.items() for one in each])
def test_edits_out_of_the_models_range_are_refused_before_a_run(name, value, tmp_path):
    scenario = {"key": "beyond", "title": "Beyond", "edits": {name: value}}
    with pytest.raises(StudyFaults) as refused:
        cp.simulate("great-stone", runs=2, scenarios=[scenario])
    (fault,) = refused.value.faults
    assert (fault.code, fault.key) == ("study.range", f"scenarios[0].edits.{name}")
    path = tmp_path / "study.yaml"
    path.write_text(f"name: x\ntitle: X\ncase: great-stone\nscenarios:\n- {scenario}\n".replace("'", '"'))
    (fault,) = examine_study(path)[1]
    assert (fault.code, fault.line) == ("study.range", 5)


def test_a_tax_of_one_is_refused_in_a_case(tmp_path):
    folder = shutil.copytree(casebook_path() / "great-stone", tmp_path / "great-stone")
    path = folder / "case.yaml"
    text = path.read_text(encoding="utf-8")
    regime = text.index("profit_tax:")
    path.write_text(text[:regime] + re.sub(r"value: [0-9.]+", "value: 1", text[regime:], count=1), encoding="utf-8")
    assert {fault.code for fault in check_case(folder)} == {"cases.out_of_range"}


def test_ranges_of_facts_are_those_of_the_catalogue():
    known = {f"{one.submodel}.{one.name}": one for kind in ("lever", "driver") for one in catalogue().of(kind)}
    found = [known[name].high for name in ("governments.profit_tax", "governments.threshold", "governments.plan_area")]
    assert found == [facts.MOST_TAX, facts.MOST_THRESHOLD, facts.MOST_AREA]
    assert known["company.quota"].low == 1


def test_a_scenario_without_a_finished_run_is_an_error(tmp_path):
    scenarios = [{"key": "as-it-is", "title": "As it is"}, {"key": "flood", "title": "Flood", "parameters": FLOOD}]
    asked = study(scenario_of(), scenario_of("flood", parameters=FLOOD), runs=8, draws="defaults")
    case = load_case("great-stone")
    readers = {
        "Python": lambda: cp.simulate(case, runs=8, draws_from="defaults", scenarios=scenarios),
        "command": lambda: workflows.run_study(asked, out=tmp_path, report=False),
        "again, from disk": lambda: workflows.run_study(asked, out=tmp_path, report=False),
        "analyses": lambda: Context().simulate(asked, case),
        "analyses of stored runs": lambda: Context(tmp_path).stored_run(asked, case),
    }
    for name, read in readers.items():
        with pytest.raises(StudyFaults) as refused:
            read()
        (fault,) = refused.value.faults
        assert (fault.code, fault.file) == ("study.all_too_many_enterprises", "flood"), name
        assert all("8" in fault.cause(lang) for lang in LANGUAGES), name


def test_runs_that_did_not_finish_are_counted():
    made = cp.simulate("great-stone", runs=6, draws_from="defaults")
    made["status"][0, 0] = 1
    require_finished(made)
    assert unfinished_in(made) == 1
    assert STATUS.index("ok") == OK


def test_python_warns_where_some_runs_did_not_finish(monkeypatch):
    made = cp.simulate("great-stone", runs=6, draws_from="defaults")
    made["status"][0, :2] = 2
    monkeypatch.setattr("copark.simulation.run.simulate", lambda *_, **__: made)
    with pytest.warns(UserWarning, match="2 of 6"):
        found = cp.simulate("great-stone", runs=6, draws_from="defaults")
    assert np.count_nonzero(found["status"].values) == 2


def test_a_reason_is_told_for_every_status():
    for code, status in enumerate(STATUS[1:], 1):
        made = cp.simulate("great-stone", runs=3, draws_from="defaults", keep=["jobs"])
        made["status"][:] = code
        with pytest.raises(StudyFaults) as refused:
            require_finished(made)
        (fault,) = refused.value.faults
        assert fault.code == f"study.all_{status.replace(' ', '_')}"
        assert all(fault.cause(lang) and fault.repair(lang) for lang in LANGUAGES)
