"""The functions of Python: what is not understood raises and is told, and all read the same folder."""

import io
import sys

import pytest
from pydantic import ValidationError

import copark as cp
from copark.analyses import REGISTRY
from copark.analyses.answer import place_of, run_id_of, save
from copark.analyses.context import Context
from copark.analyses.python_functions import PATIENCE, PythonProgress, in_python
from copark.errors import CoparkError, NotFound, RunRefused
from copark.presentation.style import sheet
from tests.calibration.test_choice_of_calibration import keep_own

PARK = "lekki"
FEW = {"draws": 4, "replicates": 1, "levers": ("tax",), "threads": 1}
"""Nothing here depends on how many levers are tried, and how often."""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder of one's own, in which ``./out`` is."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


SCENARIO = {"key": "what-if", "title": "What if"}
NOT_UNDERSTOOD = [
    (lambda: cp.simulate(PARK, runs=5, parameters="shiped"), NotFound, "shipped"),
    (lambda: cp.simulate(PARK, runs=5, parameters="garbage"), NotFound, "own | shipped"),
    (lambda: cp.simulate(PARK, runs=5, parameters={"land_prise": 99}), NotFound, "land_price"),
    (lambda: cp.simulate(PARK, runs=5, run=3), CoparkError, "runs"),
    (lambda: cp.simulate(PARK, runs=0), CoparkError, "≥ 1"),
    (lambda: cp.simulate(PARK, runs=5, draws_from="pior"), CoparkError, "prior"),
    (lambda: cp.simulate(PARK, runs=5, keep=["jobz"]), CoparkError, "jobs"),
    (lambda: cp.simulate(PARK, runs=5, scenarios=[SCENARIO | {"parameters": {"land_prise": 9}}]), CoparkError,
     "land_price"),
    (lambda: cp.simulate(PARK, runs=5, scenarios=[SCENARIO | {"links": {"network_to_arrivel": {}}}]), CoparkError,
     "network_to_arrival"),
    (lambda: cp.simulate(PARK, runs=5, scenarios=[SCENARIO | {"levers": {"company.quotta": [{"value": 1}]}}]),
     CoparkError, "company.quota"),
    (lambda: cp.levers(PARK, parameters="shiped"), CoparkError, "shipped"),
    (lambda: cp.levers(PARK, draws="many"), CoparkError, "draws"),
    (lambda: cp.levers(PARK, drawz=3), TypeError, "draws"),
    (lambda: cp.levers(PARK, levers=("quotta",)), NotFound, "quota"),
    (lambda: cp.levers("leki"), NotFound, "lekki"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "near"), NOT_UNDERSTOOD)
def test_what_is_not_understood_raises_and_names_the_nearest(call, error, near):
    with pytest.raises(error) as raised:
        call()
    assert not isinstance(raised.value, ValidationError)
    message = str(raised.value)
    assert near in message
    assert "pydantic" not in message
    assert "--" not in message


def test_messages_name_parameters_of_functions_and_leave_commands_as_they_are():
    told = in_python("Choose --out or --parameters own; `copark calibrate x --full` searches longer.")
    assert told == "Choose out or parameters=own; `copark calibrate x --full` searches longer."
    with pytest.raises(NotFound) as raised:
        cp.simulate(PARK, runs=5, parameters="own")
    assert "parameters=borrowed" in str(raised.value)
    assert "--parameters" in raised.value.said("en"), "what a terminal shows is as it was"
    with pytest.raises(RunRefused, match="parameters=prior and cut=2020Q4 contradict"):
        cp.simulate(PARK, runs=5, parameters="prior", cut="2020Q4")


@pytest.mark.long
def test_one_folder_for_all_functions(here):
    """Without out, every function reads ./out and what ships; with it, that folder."""
    for out in (None, here / "elsewhere"):
        keep_own(here / "out" if out is None else out)
        asked = {} if out is None else {"out": out}
        assert "own calibration" in cp.simulate(PARK, runs=5, **asked).attrs["trust_en"]
        assert cp.levers(PARK, **FEW, **asked).trust.kind == "own"
    assert cp.forecast(PARK, to="2026Q4").trust.kind == "own"
    assert not (here / "out" / "results").exists(), "results are kept only where out is given"
    assert (here / "elsewhere" / "results").is_dir()


def test_a_calibration_that_was_passed_over_is_told_in_python_too(here, capsys):
    folder = keep_own(here / "out", converged=False)
    cp.simulate(PARK, runs=5)
    assert (folder.name in (told := capsys.readouterr().err), "parameters=own" in told) == (True, True)
    assert cp.levers(PARK, **FEW).trust.kind == "shipped"
    assert folder.name in capsys.readouterr().err


def test_results_of_the_folder_and_those_that_ship_are_read(here, monkeypatch):
    analysis = REGISTRY["power"]
    params = analysis.params(weights="50,50", quota="51")
    made = cp.power(weights="50,50", quota="51")
    save(place_of(here / "out", analysis, run_id_of(analysis, params, Context())), analysis, params, made)
    monkeypatch.setattr(analysis.ask, "compute", lambda *_: pytest.fail("it was there"))
    assert cp.power(weights="50,50", quota="51").run_id == made.run_id


def test_a_case_is_taken_as_it_is():
    case = cp.load_case(PARK)
    named, given = (cp.levers(one, **FEW) for one in (PARK, case))
    assert given.run_id == named.run_id
    fewer = case.model_copy(update={"observations": case.observations[:4]})
    assert cp.levers(fewer, **FEW).run_id != named.run_id
    table = given.main_table()
    assert {"lever", "setting", "mean"} <= set(table)
    assert len(table["mean"]) == len(given.to_frame())


def test_a_case_is_told_in_one_short_line():
    line = repr(cp.load_case("great-stone"))
    assert "great-stone" in line
    assert "\n" not in line
    assert len(line) < 300


def test_a_scenario_may_have_a_title_in_one_language():
    for title in ("Dear land", {"en": "Dear land"}, {"en": "Dear land", "zh": "Dear land"}):
        made = cp.simulate(PARK, runs=2, scenarios=[SCENARIO | {"title": title}], draws_from="defaults")
        assert '"zh": "Dear land"' in made.attrs["scenario_titles"]


def test_a_notebook_shows_a_figure():
    assert sheet((2.0, 1.0), "Title")._repr_png_().startswith(b"\x89PNG")


class Screen(io.StringIO):
    def __init__(self, watched):
        super().__init__()
        self.watched = watched

    def isatty(self):
        return self.watched


@pytest.mark.parametrize("watched", [True, False])
def test_progress_is_shown_after_two_seconds_where_somebody_watches(watched, monkeypatch):
    screen = Screen(watched)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    progress = PythonProgress()
    progress("simulate", 1, 10)
    assert screen.getvalue() == ""
    progress.shown_at -= PATIENCE
    progress("simulate", 5, 10)
    progress.close()
    assert ("5 / 10" in screen.getvalue()) is watched
