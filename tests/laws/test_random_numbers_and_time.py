"""Counterfactuals share random numbers; nothing moves before its cause."""

import numpy as np

from copark.simulation.run import simulate
from tests.simulation.conftest import NEUTRAL, outputs, scenario_of, study

FIRST_OF_2022 = 38


def test_nothing_moves_before_a_shock(great_stone):
    scenarios = scenario_of("mild", parameters={"sanctions": 0.0}), scenario_of("hard", parameters={"sanctions": 3.0})
    both = simulate(study(*scenarios, runs=128, draws="defaults"), great_stone)
    for name, values in outputs(both).items():
        assert np.array_equal(values[:, :FIRST_OF_2022], both[name].values[1][:, :FIRST_OF_2022]), name
    assert (both.demand_third.values[0][:, FIRST_OF_2022] != both.demand_third.values[1][:, FIRST_OF_2022]).all()
    assert both.registered_third.values[0][:, -1].mean() > both.registered_third.values[1][:, -1].mean() + 5


def test_a_lever_acts_from_its_quarter_on(great_stone):
    late = scenario_of("late", levers={"governments.threshold": [{"value": 5.0, "from": 60}]})
    both = simulate(study(scenario_of(), late, runs=128), great_stone)
    assert np.array_equal(both.registered.values[0][:, :60], both.registered.values[1][:, :60])
    as_it_is, dear = both.arrivals.values[:, :, 60:].sum(axis=-1)
    assert (as_it_is >= dear).all()
    comes = as_it_is > 0.0  # nobody registers with a company that has failed, or in a park that a government has closed
    assert comes.mean() > 0.6
    assert (as_it_is > dear)[comes].mean() > 0.95


def test_pairing_removes_most_of_the_noise(great_stone):
    """Same random numbers in both scenarios: the difference is far less noisy than between independent runs."""
    scenarios = scenario_of(), scenario_of("weak", parameters={"service_pull": 0.7})
    both = simulate(study(*scenarios, runs=600, draws="defaults"), great_stone)
    left, right = (np.log(both.operating.values[n][:, -1]) for n in range(2))
    paired = np.std(right - left)
    unpaired = np.std(right - np.roll(left, 1))
    assert paired < 0.4 * unpaired


def test_arrivals_are_nested_between_scenarios(great_stone):
    """With feedback cut, the scenario with the higher rate has every enterprise of the other and some more."""
    names = ("results_to_arrivals", "service_to_arrivals", "service_to_returns", "opening_to_enterprises")
    quiet = {name: {"strength": 0.0} for name in names}
    still = {"follow_own": 0.0, "pool_years": 500.0, "no_land_discount": 0.0}
    low = scenario_of("low", parameters=still | {"enquiry_rate": 15.0}, links=quiet)
    high = scenario_of("high", parameters=still | {"enquiry_rate": 15.5}, links=quiet)
    both = simulate(study(low, high, draws="defaults"), great_stone)
    more = both.arrivals.values[1] - both.arrivals.values[0]
    assert (more >= 0).all()
    assert 0 < (more > 0).mean() < 0.2


def test_origins_are_symmetric_without_shocks_and_ties(great_stone):
    """What is left that tells them apart is what governments send: with equal interests of the three, none."""
    third = 1.0 / 3.0
    facts = [f"world.exposure_{shock}" for shock in ("pandemic", "sanctions", "market_shift")]
    facts += ["enterprises.term_market", "enterprises.certificates"]
    levers = {name: [{"value": (0.0, 0.0, 0.0)}] for name in facts}
    parameters = NEUTRAL | {
        "origin_weight": (third, third, third), "network_strength": 0.0, "host_growth_pull": 0.0,
        "source_growth_pull": 0.0,
    }  # fmt: skip
    even = scenario_of("even", parameters=parameters, levers=levers, without_anchors=(0, 1))
    sent = even.model_copy(update={"key": "sent", "parameters": parameters | {"mobilisation": 0.5}})
    origins = ("home", "host", "third")
    kept = tuple(f"operating_{origin}" for origin in origins)
    made = simulate(study(even, sent, runs=3000, draws="defaults", keep=kept), great_stone)
    counts, of_the_sent = ([made[f"operating_{origin}"].values[n][:, -1] for origin in origins] for n in range(2))
    for one, other in ((0, 1), (0, 2), (1, 2)):
        difference = counts[one] - counts[other]
        assert abs(difference.mean()) < 4.0 * difference.std() / np.sqrt(len(difference))
    assert counts[0].mean() > 10
    home, host, third_countries = (count.mean() for count in of_the_sent)
    assert host < home < third_countries, "whose government is less committed comes less; no government sends the third"


def test_total_response_to_tax_is_that_of_the_literature(great_stone):
    """Capital of operating enterprises in year 20 falls by 2.55 % per point of tax (Feld & Heckemeyer 2011).

    In the mean of parks' own changes, and in the capital of all parks together.
    """
    scenarios = [scenario_of(f"t{n}", levers={"governments.profit_tax": [{"value": 0.01 * n}]}) for n in (0, 5)]
    made = simulate(study(*scenarios, runs=2500, draws="defaults", keep=("capital",)), great_stone)
    untaxed, taxed = made.capital.values[:, :, -1]
    total = taxed.mean() / untaxed.mean()
    for change, spread in (
        (np.log(taxed / untaxed).mean(), np.log(taxed / untaxed).std()),
        (np.log(total), (taxed / taxed.mean() - untaxed / untaxed.mean()).std()),
    ):
        assert 100.0 * spread / 5.0 / np.sqrt(untaxed.size) < 0.04
        assert abs(-100.0 * change / 5.0 - 2.55) < 0.1
