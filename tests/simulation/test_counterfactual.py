"""Counterfactuals: nothing edited, nothing moved; nothing moves before its cause; what is lacking is felt."""

import numpy as np

from copark.simulation.case_edits import dated_events
from copark.simulation.counterfactual import WITHOUT, but_for_study
from copark.simulation.readouts.compare import effects_of, outputs_of, paired
from copark.simulation.run import simulate
from tests.simulation.conftest import outputs, scenario_of, study

HORIZON = 20
EIGHT = {"runs": 8, "quarters": HORIZON, "keep": "all"}


def labels_before(result, quarter):
    return [str(label) for label in result["label"].values].index(quarter)


def effects_in(result, scenario=0):
    """Effects on all outputs a result kept."""
    reference, scenarios = paired(result, scenario=scenario)
    return effects_of(reference, scenarios, outputs_of(reference, scenarios))


def first_difference(effects, scenario):
    """The first quarter in which anything differs; ``None`` where nothing ever does."""
    begins = [effects.first_difference(scenario, output) for output in effects.measures]
    return min(filter(None, begins), default=None)


def test_writing_down_the_record_gives_exactly_nothing(run_scenarios, great_stone):
    """Edits that say what happened anyway."""
    sides = {"home": "home", "host": "host", "third": "third", "unallocated": "none"}
    equity = [
        {"from": str(table.date)} | {name: table.basis_points_of(side) for name, side in sides.items()}
        for table in great_stone.equity
        if table.use
    ]
    edits = {
        "equity": equity,
        "quota": [{"value": 6001}, {"from": "2015-05", "value": 5001}],
        "threshold": [{"value": 5}, {"from": "2017-05-12", "value": 0.5}],
        "narrow_until": "2017-05-12",
        "framework": "on",
        "plan": [{"from": "2014-06-19", "value": 350}, {"from": "2018-01", "value": 851}],
        "partners": {"duisport": {"from": "2018-08", "to": "2022-03"}},
        "terms": {"cost": {"home": 0.005, "host": 0.005, "third": 0.005}},
    }
    assert first_difference(effects_in(run_scenarios(scenario_of("record", edits))), "record") is None


DATED = {
    "quota": ({"quota": [{"from": "2020Q1", "value": 10000}]}, "2020Q1"),
    "equity": ({"equity": [{"from": "2018Q1", "home": 100, "host": 9900}]}, "2018Q1"),
    "threshold": ({"threshold": [{"from": "2019Q1", "value": 50}]}, "2019Q1"),
    "tax": ({"profit_tax": [{"from": "2021Q1", "value": 0.5}]}, "2021Q1"),
    "capability": ({"capability": [{"from": "2018Q1", "value": 0.0}]}, "2018Q1"),
    "framework": ({"framework": {"to": "2017Q4"}}, "2018Q1"),
    "visits": ({"depth": {"visits": "off", "from": "2017Q1"}}, "2017Q2"),
    "credit": ({"depth": {"credit": "off", "from": "2016Q1"}}, "2016Q1"),
    "rival": ({"rivals": [{"side": "host", "size": 1, "stake": 0.9, "from": "2018Q1"}]}, "2018Q1"),
    "terms": ({"terms": {"cost": {"home": -0.1, "host": -0.1, "third": -0.1, "from": "2018Q1"}}}, "2018Q1"),
    "operator": ({"shareholders": {"china-merchants": "drop"}}, "2015Q2"),
    "partner": ({"partners": {"duisport": "drop"}}, "2018Q3"),
    "anchor": ({"drop": ["anchor/maz-weichai"]}, "2017Q3"),
    "certificates": ({"drop": ["certificate/2015-05-12"]}, "2015Q2"),
    "sanctions": ({"drop": ["shock/sanctions"]}, "2022Q1"),
    "grant": ({"drop": ["grant/2020-12"]}, "2020Q4"),
    "decree": ({"drop": ["decree/2017-05-12"]}, "2017Q2"),
}


def test_nothing_moves_before_the_date_of_an_edit_and_something_does_after(run_scenarios):
    result = run_scenarios(*(scenario_of(key, edits) for key, (edits, _) in DATED.items()))
    effects = effects_in(result)
    for key in effects.scenarios:
        since = DATED[key][1]
        first = first_difference(effects, key)
        assert first is not None, key
        assert first >= since, key
        exact = {"credit", "visits"}  # felt only once money is drawn, or commitment is asked for
        assert first == since or key in exact or labels_before(result, first) <= labels_before(result, since) + 4


def test_without_china_merchants_ties_anchor_and_capability_are_gone(run_scenarios, great_stone):
    never = scenario_of(
        "never-came",
        {"shareholders": {"china-merchants": "drop"}, "drop": ["anchor/china-merchants-subpark", "capability/2015-05"]},
    )
    result = run_scenarios(never, runs=64, draws="defaults")
    before, after = outputs(result), outputs(result, 1)
    at = labels_before(result, "2015Q2")
    recorded = labels_before(result, "2025Q1")  # from then on partners come and go as the park does
    networks = [
        (before[name][:, at:recorded], after[name][:, at:recorded]) for name in ("network_home", "network_third")
    ]
    assert all((whole > without).all() for whole, without in networks)
    assert np.array_equal(before["network_host"][:, :recorded], after["network_host"][:, :recorded])
    assert (before["arrivals"][:, at] - after["arrivals"][:, at] >= 1).all()
    assert (before["service_level"][:, at] > after["service_level"][:, at]).all()
    for name, values in before.items():
        assert np.array_equal(values[:, :at], after[name][:, :at]), name
    assert np.log(after["operating"][:, 47] / before["operating"][:, 47]).mean() < -0.1


def test_but_for_an_event_after_the_horizon_is_exactly_nothing(great_stone):
    """Twenty quarters end in 2017Q2: the visit of 2024, the pandemic and the decree's successors lie beyond."""
    for name in ("visit/2024-08-22", "pandemic", "partner/duisport", "grant/2020-05"):
        result = simulate(but_for_study(great_stone, name, **EIGHT), great_stone, threads=1)
        effects = effects_in(result, WITHOUT)
        assert first_difference(effects, "as-it-is") is None
        assert not any(effects.differences("as-it-is", output).any() for output in effects.measures)


def test_but_for_a_visit_the_sides_are_less_aligned_and_the_one_concedes_less(great_stone):
    """A visit makes good a tenth of the missing alignment; what it brought fades."""
    result = simulate(but_for_study(great_stone, "visit/2015-05-10", **EIGHT, draws="defaults"), great_stone, threads=1)
    effects = effects_in(result, WITHOUT)
    at, effect = effects.quarters.index("2015Q2"), effects.differences("as-it-is", "alignment")
    missing = 1.0 - result.alignment.sel(scenario=WITHOUT).values[:, at]
    assert np.allclose(effect[:, at], 0.1 * missing)
    assert not effect[:, :at].any()
    assert (effect[:, at + 4] < effect[:, at]).all()
    assert (effects.differences("as-it-is", "transfer_home")[:, at] != 0.0).all()


def test_but_for_all_that_is_known_runs_or_says_why(great_stone):
    """Everything of the list can be dropped, one at a time."""
    known = dated_events(great_stone)
    assert len(known) > 40
    assert len({one.title.en for one in known}) == len(known)
    scenarios = [scenario_of(f"a{n}", {"drop": [key]}) for n, key in enumerate(dict.fromkeys(one.key for one in known))]
    result = simulate(study(*scenarios, runs=1, quarters=4, keep=["operating"]), great_stone, threads=1)
    assert not result.status.any()
