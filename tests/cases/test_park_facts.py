"""Facts of the data-only parks beside their series: who, when, with whose money, and how a park ends."""

import numpy as np
import pytest

from copark.calibration.replay_posterior import blind
from copark.cases import list_cases, load_case
from copark.cases.completeness import mechanisms_of
from copark.cases.model_inputs import is_closed, pack
from copark.cases.quarters import Quarter
from copark.model.governments.records import NO_PLAN
from copark.simulation.case_edits import edited
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.run import inputs_of, simulate
from copark.simulation.scenario_edits import Edits
from copark.simulation.study import baseline


def test_what_acts_is_in_the_models_inputs_and_what_does_not_is_not(subtests):
    """The other way round: read off the packed arrays, not off the case."""
    for name in list_cases():
        case = load_case(name)
        inputs, states = pack(case), mechanisms_of(case)
        governments, company, enterprises = inputs.governments, inputs.company, inputs.enterprises
        on = governments["framework"] > 0.5
        limited = (company["registered_capital"] < 100_000.0).any() and name != "kaesong"
        with_framework = governments["credit"][on].any() or governments["state_credit"][on].any()
        commercial = governments["commercial_credit"].any() or governments["commercial_state_credit"].any()
        felt = {
            "framework": on.any(),
            "visits": (np.abs(governments["visit"][on]) % 1.0 > 0.0).any(),
            "network": company["shareholder_ties"].any() or company["partner_ties"].any(),
            "rivals": company["rival_size"].any(),
            "solvency": limited,
            "credit": limited and (with_framework or commercial),
            "land_plan": (governments["plan_area"][on] > NO_PLAN).any(),
            "lots": company["lot_area"][on].any(),
            "start_up_area": (company["first_area"] > 0.0).any(),
            "tax": governments["profit_tax"].any(),
            "grants": company["other_investment"].any(),
            "shocks": any(inputs.world[f"exposure_{key}"].any() for key in ("pandemic", "sanctions", "market_shift")),
            "anchors": len(inputs.anchors) > 0 or enterprises["certificates"].any(),
            "closures": (governments["threshold"] >= 1000.0).any(),
        }
        for mechanism, acts in felt.items():
            with subtests.test(name, mechanism=mechanism):
                assert (states[mechanism] == "acts") == bool(acts)


@pytest.fixture(scope="module")
def kaesong():
    return simulated("kaesong")


def simulated(name, case=None):
    study = baseline(name).with_changes(runs=40, keep=["operating", "jobs", "arrivals", "commitment_home", "failed"])
    return simulate(study.with_changes(draws="prior"), case or load_case(name), threads=1)


def at(name, quarter):
    return Quarter.parse(quarter) - load_case(name).clock.start


def test_kaesong_ends_when_seoul_closes_it(kaesong):
    """The ban on newcomers of 2010 keeps those inside; few that had registered still start, and leave at once."""
    ban, before, after = (at("kaesong", quarter) for quarter in ("2010Q2", "2015Q4", "2016Q4"))
    operating, jobs, arrivals = (kaesong[name].values[0] for name in ("operating", "jobs", "arrivals"))
    assert arrivals[:, :ban].any()
    assert not arrivals[:, ban:].any()
    assert (operating[:, before] > 0.0).mean() > 0.8
    assert np.median(operating[:, before]) > 5
    assert not operating[:, after:].any()
    assert jobs[:, after:].max() < 100
    assert (kaesong["outcome"].values[0] == OUTCOMES.index("failed")).all()


def test_nothing_moves_before_a_closure_and_a_scenario_may_undo_it(kaesong):
    case = load_case("kaesong")
    changed, problems = edited(case, Edits.model_validate({"drop": ["closure/closed-2016"]}))
    assert problems == []
    open_still = simulated("kaesong", changed)
    since = at("kaesong", "2016Q1")
    for name in ("operating", "jobs", "arrivals", "commitment_home"):
        assert np.array_equal(open_still[name].values[..., :since], kaesong[name].values[..., :since])
    assert open_still["operating"].values[0][:, -1].any()
    assert (open_still["outcome"].values[0] != OUTCOMES.index("failed")).all()


def test_a_closure_that_ends_is_never_made_permanent_by_the_model():
    """Whoever closed it: no government decides on a park that is closed already."""
    case = load_case("kaesong")
    (_ban, closed) = case.closures
    for side in ("host", None):
        lifted = closed.model_copy(update={"until": Quarter(2018, 4), "side": side})
        packed = pack(case.model_copy(update={"closures": (lifted,)}))
        closing = packed.governments["closure"] > 0.5
        assert [case.clock.start + int(t) for t in np.flatnonzero(closing)[[0, -1]]] == [
            Quarter(2016, 1),
            Quarter(2018, 4),
        ]
        assert np.array_equal(closing, packed.enterprises["closure"] > 0.5)


def test_a_park_is_closed_while_its_closure_lasts():
    """Closed and opened again: inputs are those of an open park after it, and the outcome is judged by them."""
    case = load_case("kaesong")
    (ban, closed) = case.closures
    lifted = case.model_copy(update={"closures": (closed.model_copy(update={"until": Quarter(2017, 4)}),)})
    inputs, plain = pack(lifted), pack(case.model_copy(update={"closures": ()}))
    first, last = at("kaesong", "2016Q1"), at("kaesong", "2017Q4")
    assert [is_closed(inputs, t) for t in (first - 1, first, last, last + 1)] == [False, True, True, False]
    for submodel in ("governments", "company", "enterprises"):
        for name in getattr(inputs, submodel).dtype.names:
            ours, others = getattr(inputs, submodel)[name], getattr(plain, submodel)[name]
            assert np.array_equal(*(np.delete(array, np.s_[first : last + 1], 0) for array in (ours, others)))
    assert ban.scope == "newcomers"
    assert not is_closed(pack(case.model_copy(update={"closures": (ban,)})), first)
    inputs_known = blind(inputs_of(case), case, Quarter(2009, 4))
    assert not any(is_closed(inputs_known, t) for t in range(len(inputs_known.world))), (
        "a forecast from before knows of none"
    )
