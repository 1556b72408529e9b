"""The whole model in corners where the answer is known by hand: Poisson arrivals, exponential lives, fixed points."""

import numpy as np
import pytest
from scipy.stats import norm

from copark.simulation.run import simulate
from tests.simulation.conftest import NEUTRAL, scenario_of, study

FACTS = [f"world.exposure_{shock}" for shock in ("pandemic", "sanctions", "market_shift")]
NOTHING_ELSE = {name: [{"value": (0.0, 0.0, 0.0)}] for name in (*FACTS, "enterprises.certificates")} | {
    "governments.narrow_list": [{"value": 0.0}],
    "governments.state_credit": [{"value": 0.0}],
    "governments.interest_weight_home": [{"value": (0.0, 0.0, 0.0, 0.0)}],
    "governments.interest_weight_host": [{"value": (0.0, 0.0, 0.0, 0.0)}],
}
NO_PULL = {
    "follow_own": 0.0, "service_pull": 0.0, "reputation_pull": 0.0, "network_strength": 0.0, "climate_spread": 0.0,
    "no_land_discount": 0.0, "pool_years": 500.0, "host_growth_pull": 0.0, "source_growth_pull": 0.0,
}  # fmt: skip


def bare(key="bare", levers=None, **parameters):
    return scenario_of(
        key, parameters=NEUTRAL | NO_PULL | parameters, levers=NOTHING_ELSE | (levers or {}), without_anchors=(0, 1)
    )


def test_arrivals_are_poisson_thinned_by_the_threshold(great_stone):
    """Mean and variance of first-year registrations: lambda0 P(k >= k_min), with a lognormal tail by hand."""
    park = bare(enquiry_rate=40.0, declared_mean=1.1, declared_spread=1.2)
    made = simulate(study(park, runs=2500, draws="defaults"), great_stone)
    first_year = made.arrivals.values[0][:, :4].sum(axis=1)
    tail = norm.sf((np.log(5.0) - 1.1) / 1.2)
    expected = 40.0 * (0.46 + 0.26 + 0.28) * tail
    pool = 1.0 - expected / 2.0 / (500.0 * 40.0)
    error = np.sqrt(expected / first_year.size)
    assert abs(first_year.mean() - expected * pool) < 4.0 * error
    assert abs(first_year.var() / expected - 1.0) < 0.1


def test_lapses_alone_are_exponential(great_stone):
    """Nobody starts (no rate): those registered in the first quarter leave at 2 x_r when they expect nothing."""
    stuck = bare(
        levers={"governments.threshold": [{"value": 0.0}]},
        start_rate=0.0, lapse_rate=0.1, hurdle=0.5, hurdle_spread=0.001, enquiry_rate=40.0,
    )  # fmt: skip
    made = simulate(study(stuck, runs=1000, draws="defaults"), great_stone)
    alive = made.registered.values[0]
    arrivals = made.arrivals.values[0]
    stay = np.exp(-0.2 * 0.25)
    expected = np.zeros(alive.shape[1])
    for t in range(alive.shape[1]):
        expected[t] = ((expected[t - 1] if t else 0.0) + arrivals[:, t].mean()) * stay
    assert np.allclose(alive.mean(axis=0), expected, rtol=0.02)


def test_exits_alone_are_exponential(great_stone):
    """With every return at the reference the hazard is h_x: operating firms decay by exp(-h_x/4) a quarter."""
    level = bare(
        return_mean=0.07 - 0.005 - 0.01, return_spread=0.01, agglomeration=0.0, service_return=0.0, market_response=0.0,
        startup_loss=0.0, self_knowledge=1.0, exit_rate=0.08, transitory_persistence=0.0,
        levers={"enterprises.term_cost": [{"value": (0.005, 0.005, 0.005)}],
                "enterprises.term_market": [{"value": (0.01, 0.01, 0.01)}]},
    )  # fmt: skip
    made = simulate(study(level, runs=2000, draws="defaults"), great_stone)
    worked = made.operating.values[0] + made.exits.values[0]
    share = made.exits.values[0][:, 40:].sum() / worked[:, 40:].sum()
    # The returns still spread by a hundredth around the reference, which raises the mean hazard a little.
    assert 1.0 - np.exp(-0.08 / 4) <= share < 1.25 * (1.0 - np.exp(-0.08 / 4))


def test_building_spends_what_was_promised(great_stone):
    """Without reinvestment, exit or lapse, investment is zeta k of those who opened plus the part already built."""
    park = bare(enquiry_rate=4.0, reinvested_share=0.0, exit_rate=0.0, startup_loss=0.0)
    made = simulate(study(park, runs=200, draws="defaults"), great_stone)
    spent, opened = made.enterprise_investment.values[0], made.capital.values[0]
    building = made.building.values[0]
    assert (spent >= opened - 1e-9).all()
    finished = (building == 0) & (spent > 0)
    assert finished.any()
    assert np.allclose(spent[finished], opened[finished], rtol=1e-9)


@pytest.mark.parametrize("alignment", [0.0, 0.4])
def test_commitment_goes_to_its_fixed_point(great_stone, alignment):
    """Nothing flows from an empty park: commitment goes from logistic((v - c)/s_u) to logistic((v + Z - c)/s_u).

    Of v = 12 and 7 the home side concedes Z = C_F (12 - 9.5): without a framework that aligns them commitment rests.
    """
    empty = bare(enquiry_rate=0.1, value_home=12.0, value_host=7.0, contractor_margin_rate=0.0, interest_rate=0.0,
                 effort_cost=5.0, benefit_spread=10.0, home_bargaining=0.5, alignment=alignment,
                 levers={"governments.visit": [{"value": (0.0, 0.0)}], "governments.plan_area": [{"value": 0.0}],
                         "governments.threshold": [{"value": 1000.0}]})  # fmt: skip
    made = simulate(study(empty, runs=4, draws="defaults"), great_stone)
    before_trouble = np.arange(20)
    left = np.exp(-0.6 * 0.25 * (before_trouble + 1))
    for side, value, conceded in (("home", 12.0, -2.5 * alignment), ("host", 7.0, 2.5 * alignment)):
        first, last = (1.0 / (1.0 + np.exp(-(v - 5.0) / 10.0)) for v in (value, value + conceded))
        found = made[f"commitment_{side}"].values[0][:, before_trouble]
        assert np.allclose(found, last + (first - last) * left, atol=1e-12), side


def test_an_empty_company_burns_its_overhead(great_stone):
    """One million a year from ten paid in, with equity calls up to the registered capital, then failure."""
    idle = bare(enquiry_rate=0.1, overhead=4.0, value_home=0.0, value_host=0.0, contractor_margin_rate=0.0,
                levers={"governments.threshold": [{"value": 1000.0}], "governments.plan_area": [{"value": 0.0}],
                        "governments.credit": [{"value": 0.0}], "company.registered_capital": [{"value": 20.0}],
                        "governments.visit": [{"value": (0.0, 0.0)}]})  # fmt: skip
    made = simulate(study(idle, runs=2, draws="defaults"), great_stone)
    cash, paid_in = made.cash.values[0], made.paid_in_equity.values[0]
    assert np.allclose(cash[:, :10], 10.0 - np.arange(1, 11))
    assert np.allclose(cash[:, 10:20], 0.0)
    assert np.allclose(paid_in[:, 19], 20.0)
    assert np.allclose(made.shortfall.values[0][:, 20:22], [4.0, 8.0])
    failed = made.failed.values[0]
    assert (failed[:, 22] == 0).all()
    assert (failed[:, 23] == 1).all()
