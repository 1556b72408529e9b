"""Scenarios and studies built in Python are those of files; runs are found, opened and verified; one vocabulary."""

import sys
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import copark as cp
from copark.analyses import REGISTRY
from copark.analyses.python_functions import PATIENCE, PythonProgress
from copark.analyses.vocabulary import MisusedFunction, seed_of
from copark.errors import CoparkError, FaultsFound, NotFound, StudyFaults
from copark.web.content.analyses import params_of

PARK = "lekki"
DEAR = {"dear": {"parameters": {"land_price": 0.6}}}


def test_a_study_in_python_is_that_of_its_file(tmp_path):
    study = cp.Study(PARK, DEAR, runs=6, seed=3, draws_from="defaults")
    assert [scenario.key for scenario in study.scenarios] == ["as-it-is", "dear"]
    assert "\n" not in repr(study)
    read = cp.Study.from_yaml(study.to_yaml(tmp_path / "dear.yaml"))
    assert read.content() == study.content()
    runs = study.simulate()
    assert runs.attrs["identity"] == read.simulate().attrs["identity"]
    assert list(runs["scenario"].values) == ["as-it-is", "dear"]
    given = cp.simulate(PARK, 6, 3, scenarios=DEAR, draws_from="defaults")
    assert (given["registered"].values == runs["registered"].values).all()


def test_changes_are_given_as_numbers_series_frames_and_by_quarter():
    frame = pd.DataFrame({"parameter": ["land_price"], "value": [0.6]})
    for values in ({"land_price": 0.6}, pd.Series({"land_price": 0.6}), frame):
        assert cp.Scenario("dear", parameters=values).parameters == {"land_price": 0.6}
    scenario = cp.Scenario(
        "mixed",
        levers={"world.exposure_pandemic": {"2020Q1": 1.0, "2022Q1": 0.0}},
        links={"network_to_arrivals": 0},
    )
    first, second = scenario.dated_inputs["world.exposure_pandemic"]
    assert (str(first.since), str(first.until), second.until) == ("2020Q1", "2021Q4", None)
    assert scenario.links["network_to_arrivals"].strength == 0.0
    assert scenario.title.zh == "mixed"


def test_levers_and_links_take_numbers_of_numpy_and_refuse_what_is_none():
    lever, link = "world.exposure_pandemic", "network_to_arrivals"
    plain = cp.Scenario("a", levers={lever: 1}, links={link: 0})
    for one, none in ((np.int64(1), np.int64(0)), (np.float32(1), np.float32(0)), (np.uint8(1), Fraction(0))):
        forms = (one, [{"value": one}], {"value": one})
        for form in forms:
            assert cp.Scenario("a", levers={lever: form}, links={link: none}) == plain
        by_quarter = cp.Scenario("a", levers={lever: pd.Series({"2020Q1": one, "2021Q1": none})})
        assert [entry.value for entry in by_quarter.dated_inputs[lever]] == [1.0, 0.0]
        assert cp.Scenario("a", links={link: {"strength": none}}) == cp.Scenario("a", links={link: 0})
        assert cp.Scenario("a", scale={lever: one}) == cp.Scenario("a", scale={lever: 1.0})
    for wrong in (None, "much", object(), {1, 2}, pd.NA, np.array([1, 2]), [np.int64(3)], np.datetime64("2020")):
        with pytest.raises(StudyFaults, match="levers"):
            cp.Scenario("a", levers={lever: wrong})
        with pytest.raises(StudyFaults, match="links"):
            cp.Scenario("a", links={link: wrong})


def test_everything_wrong_with_a_scenario_is_told_at_once_in_the_language_of_the_session():
    with pytest.raises(StudyFaults) as raised:
        cp.Scenario("a b", parameters={"land_prise": 1}, links={"network_to_arrivel": 0})
    assert len(raised.value.faults) == 3
    assert "land_price" in str(raised.value)
    with cp.set_options(lang="zh"), pytest.raises(StudyFaults, match="是否指 land_price"):
        cp.Scenario("a", parameters={"land_prise": 1})


def test_levers_of_a_case_are_scenarios_to_run_or_change():
    scenarios = cp.lever_scenarios("great-stone")
    assert len(scenarios) > 5
    study = cp.Study("great-stone", scenarios[:2], runs=2)
    assert study.scenarios[0].key == "as-it-is"
    with pytest.raises(CoparkError, match="quota"):
        cp.lever_scenarios("great-stone", ["quotta"])


def test_a_run_is_stored_listed_opened_and_verified(tmp_path):
    run = cp.Study(PARK, runs=4, draws_from="defaults").run(out=tmp_path)
    assert run.identity in cp.runs(out=tmp_path).index
    assert "\n" not in repr(run)
    with cp.set_options(out=tmp_path):
        opened = cp.open_run(run.identity[:8])
        assert opened.sizes["run"] == run.dataset.sizes["run"] == 4
        assert cp.verify(run.identity).passed
    assert run.save(tmp_path / "run.html").is_file()


def test_a_case_changed_in_memory_is_never_run_as_the_one_in_its_folder(tmp_path):
    new = pd.DataFrame(
        {"date": ["2016-12"], "variable": ["jobs"], "value": [1234], "grade": ["high"], "source": ["own"]}
    )
    changed = cp.with_observations(PARK, new, sources={"own": {"outlet": "Own survey", "read": "original"}})
    study = cp.Study(changed, runs=2, draws_from="defaults")
    for ask in (lambda: cp.run(changed), study.run, lambda: study.to_yaml(tmp_path / "study.yaml")):
        with pytest.raises(NotFound, match="only in memory"):
            ask()
    assert cp.run(cp.load_case(PARK), runs=2, draws_from="defaults", out=tmp_path).identity


def test_a_source_of_random_numbers_stands_for_one_seed():
    assert seed_of(7) == 7
    assert seed_of(np.random.default_rng(1)) == seed_of(np.random.default_rng(1))
    assert seed_of(np.random.SeedSequence(5)) == seed_of(np.random.SeedSequence(5)) != 5
    generator = np.random.default_rng(1)
    assert seed_of(generator) != seed_of(generator)
    runs = [cp.simulate(PARK, 3, draws_from="defaults", **given) for given in ({"seed": 7}, {"rng": 7})]
    assert runs[0].attrs["identity"] == runs[1].attrs["identity"]
    for given in ({"rng": "seven"}, {"rng": -1}, {"rng": True}, {"seed": 1, "rng": 1}):
        with pytest.raises(MisusedFunction, match="rng"):
            cp.simulate(PARK, 3, **given)
        with pytest.raises(MisusedFunction, match="rng"):
            cp.levers(PARK, **given)


def test_former_names_warn_and_ask_the_same(monkeypatch):
    def params(**given):
        asked = []
        monkeypatch.setattr(
            "copark.analyses.python_functions.answer", lambda _, params, __: asked.append(params) or asked
        )
        with pytest.raises(AttributeError):  # nothing is answered
            cp.levers(PARK, **given)
        return asked[0]

    now = params(replicates=3)
    with pytest.warns(DeprecationWarning, match="replicates") as told:
        assert params(futures=3) == now
    assert told[0].filename == __file__
    with pytest.warns(DeprecationWarning, match="replicates"), pytest.raises(MisusedFunction, match="futures"):
        cp.levers(PARK, futures=3, replicates=3)
    with pytest.warns(DeprecationWarning, match="draws_from"):
        cp.simulate(PARK, 2, draws="defaults")


def test_one_vocabulary_over_python_commands_and_api():
    """``runs`` and ``draws`` and ``replicates`` are numbers everywhere; run IDs keep the names they had."""
    for analysis in REGISTRY:
        fields = {field.name: field for field in analysis.params.form()}
        for word in {"draws", "replicates"} & set(fields):
            assert fields[word].kind == "integer", (analysis.name, word)
        assert not set(fields) & {"futures", "size", "fresh"}, analysis.name
    levers = REGISTRY["levers"]
    assert params_of(levers, {"case": PARK, "replicates": 3}) == params_of(levers, {"case": PARK, "futures": 3})
    assert levers.params(case=PARK, replicates=3).model_dump(by_alias=True)["futures"] == 3
    (field,) = (field for field in levers.params.form() if field.name == "replicates")
    assert (field.flag, field.former) == ("--replicates", ("--futures",))


def test_a_bar_is_drawn_in_a_notebook_and_taken_away(monkeypatch):
    shown = []
    handle = SimpleNamespace(update=shown.append)
    display = SimpleNamespace(display=lambda bar, display_id: shown.append(bar) or handle)
    monkeypatch.setitem(sys.modules, "ipykernel", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(display=display))
    progress = PythonProgress()
    progress.shown_at -= PATIENCE
    progress("simulate", 5, 10)
    progress.shown_at -= PATIENCE
    progress("simulate", 6, 10)
    progress.close()
    assert [bar._repr_html_().count('value="') for bar in shown] == [1, 1, 0]
    assert shown[-1]._repr_html_() == ""
    assert "6 / 10" in repr(shown[1])


def test_progress_is_told_to_what_the_session_names():
    told = []
    with cp.set_options(progress=lambda *stage: told.append(stage)):
        cp.simulate(PARK, 3, draws_from="defaults")
    assert told
    with cp.set_options(progress=False):
        cp.simulate(PARK, 3, draws_from="defaults")


def test_methods_for_any_table_take_a_data_frame(tmp_path):
    table = pd.DataFrame(
        {"case": list("abcdef"), "X": [0.1, 0.2, 0.4, 0.6, 0.8, 0.9], "Y": [0.1, 0.3, 0.3, 0.7, 0.6, 1]}
    )
    from_frame = cp.nca(table, conditions="X", outcome="Y")
    table.to_csv(tmp_path / "table.csv", index=False)
    assert from_frame.to_frame().equals(cp.nca(tmp_path / "table.csv", conditions="X", outcome="Y").to_frame())
    with pytest.raises(CoparkError, match="Z"):
        cp.nca(table, conditions="Z", outcome="Y")
    with pytest.raises(MisusedFunction, match=r"nca\(\): .*'outcome'.* See help\(copark\.nca\)"):
        cp.nca(table, conditions="X")


def test_figures_are_in_the_language_of_the_session():
    case = cp.load_case(PARK)
    with cp.set_options(lang="zh"):
        title = cp.figures.equity(case).texts[0].get_text()
    assert title == cp.figures.equity(case, "zh").texts[0].get_text() != cp.figures.equity(case).texts[0].get_text()


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: cp.Scenario("a", levers=3), "levers: Expected keys with values"),
        (lambda: cp.Scenario("a", links=[1]), "links: Expected keys with values"),
        (lambda: cp.Scenario("a", parameters=3, scale=2), r"parameters: .*\n.*scale: "),
        (lambda: cp.Scenario("a", without_anchors=3), "without_anchors: Expected a list"),
        (lambda: cp.Scenario("A b"), "lower-case Latin letters"),
        (lambda: cp.Scenario("a", levers={"company.quota": 0.5}), "100 basis points are 1%: for 50% write 5000"),
        (lambda: cp.Scenario("a", edits={"quota": 0.667}), "for 66.7% write 6670"),
        (lambda: cp.Scenario("a", parameters={"start_rte": 1}), r"start_rate\? In Python `copark\.variables\(\)`"),
        (lambda: cp.Study("lekki", 3), "scenarios: Expected a list"),
        (lambda: cp.Study("jinfei", [3]), r"scenarios\[0\]: Expected keys"),
        (lambda: cp.Study("vsip", {"a": 3}), r"scenarios\['a'\]: Expected keys"),
        (lambda: cp.Study("vsip", runs="x"), "runs: “x” is not an integer"),
        (lambda: cp.simulate("lekki", scenarios=3), "scenarios: Expected a list"),
        (lambda: cp.lever_scenarios("lekki", levers=3), "levers: Expected a list"),
        (lambda: cp.levers("lekki", levers=3), "levers: Expected a list"),
        (lambda: cp.brief(3), r"case: Expected text.*help\(copark\.brief\)"),
        (lambda: cp.claims("thilawa", file=pd.DataFrame({"a": [1]})), "file: This is a data frame"),
    ],
)
def test_what_is_misgiven_is_told_by_place_cause_and_repair(make, told):
    with pytest.raises(FaultsFound, match=told):
        make()


def test_a_grid_has_a_scenario_for_each_point_and_its_values_as_coordinates():
    values = {"land_price": [0.3, 0.6], "company.quota": np.array([5000, 6670, 8000]), "alignment": [0.1]}
    study = cp.Study.grid("saysettha", values, runs=4)
    assert len(study.scenarios) == 6
    runs = study.simulate(progress=False)
    wide = runs.set_index(scenario=["land_price", "company.quota"]).unstack("scenario")
    assert (wide.sizes["land_price"], wide.sizes["company.quota"]) == (2, 3)
    assert runs["alignment_given"].to_numpy().tolist() == [0.1] * 6, "an output has its name"
    one = cp.Scenario("one", parameters={"land_price": 0.6, "alignment": 0.1}, levers={"company.quota": 8000})
    alone = cp.simulate("saysettha", runs=4, scenarios=[one], progress=False)
    assert np.array_equal(alone["cash"][0], wide["cash"].sel({"land_price": 0.6, "company.quota": 8000}))
    with pytest.raises(StudyFaults, match="land_price"):
        cp.Study.grid("lekki", {"land_prise": [1]})
    with pytest.raises(StudyFaults, match=r"values: 100,000,000,000,000 items given; at most 100"):
        cp.Study.grid("lekki", dict.fromkeys("abcdefg", range(100)))


def test_a_case_shows_itself_and_lists_what_is_its_own():
    case = cp.load_case("thilawa")
    assert case.title.en in case._repr_html_()
    with cp.set_options(lang="zh"):
        assert case.title.zh in case._repr_html_()
        assert "园区类型" in case._repr_html_()
    assert {"observed", "model_copy"} <= set(dir(case))
    assert not {"parse_obj", "json", "dict", "from_orm", "schema"} & set(dir(case))


def test_necessary_and_sufficient_conditions_are_asked_alike():
    table = pd.DataFrame({"X": [0.1, 0.2, 0.4, 0.6, 0.8], "Y": [0.1, 0.3, 0.3, 0.7, 0.6]})
    now = cp.nca(table, conditions="X", outcome="Y")
    with pytest.warns(DeprecationWarning, match="(conditions|outcome)=…"):
        former = cp.nca(table, x="X", y="Y")
    assert former.run_id == now.run_id
    assert {field.name for field in REGISTRY["qca"].params.form()} >= {"conditions", "outcome"}
