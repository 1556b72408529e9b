"""Ledgers close, firms are conserved, land is never used twice: for defaults, priors and absurd parameters."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copark.model.variables import catalogue
from copark.simulation.run import simulate
from tests.simulation.conftest import scenario_of, study

DRAWN = [v for v in catalogue().parameters.values() if v.drawn and v.shape == ()]


def check_laws(made):
    """Assert what must hold in every run, quarter and scenario."""
    ok = made.status.values == 0
    assert ok.any()

    def of(name):
        return made[name].values[ok]

    scale = 1.0 + np.abs(of("cash")) + of("debt") + of("paid_in_equity")
    assert (np.abs(of("ledger_gap")) <= 1e-9 * scale).all()
    gone = np.cumsum(of("lapses") + of("exits"), axis=-1)
    assert np.array_equal(of("registered_ever"), of("registered") + gone)
    assert np.array_equal(np.cumsum(of("arrivals"), axis=-1), of("registered_ever"))
    assert np.array_equal(of("registered"), of("registered_home") + of("registered_host") + of("registered_third"))
    assert np.array_equal(of("operating"), of("operating_home") + of("operating_host") + of("operating_third"))
    # A closed park has nobody who builds, from the quarter after its closing on.
    closed = of("closed")
    shut = np.concatenate([np.zeros_like(closed[..., :1]), closed[..., :-1]], axis=-1)
    building = np.cumsum(of("starts") - of("completions"), axis=-1)
    assert np.array_equal(np.where(shut > 0.5, 0.0, building), of("building"))
    assert np.array_equal(np.cumsum(of("completions") - of("exits"), axis=-1), of("operating"))
    assert np.array_equal(of("arrivals"), of("arrivals_own") + of("arrivals_incumbent") + of("arrivals_partner"))
    assert (of("occupied_area") <= of("usable_area") + 1e-6).all()
    assert (of("occupied_area") >= -1e-6).all()
    assert (of("usable_area") <= of("serviced_area") + 1e-9).all()
    assert (np.diff(of("realised_investment"), axis=-1) >= -1e-9).all()
    for name in ("commitment_home", "commitment_host", "service_level", "vote_pass", "loss_share"):
        assert (of(name) >= 0.0).all(), name
        assert (of(name) <= 1.0).all(), name
    assert (of("debt") >= -1e-9).all()
    assert (np.diff(of("failed"), axis=-1) >= 0.0).all()


def check_ledger(made):
    """Rebuild cash, debt and equity from their flows alone."""
    flows = {name: made[name].values for name in made.data_vars}
    inward = ("land_sales", "fees", "calls", "state_funding", "draws_credit", "grants", "rescue")
    outward = ("operating_cost", "land_cost", "interest", "principal", "dividends")
    change = sum(flows[name] for name in inward) - sum(flows[name] for name in outward)
    start = flows["paid_in_equity"][..., :1] - 0.25 * flows["calls"][..., :1]
    assert np.allclose(start + 0.25 * np.cumsum(change, axis=-1), flows["cash"], atol=1e-8)
    debt = 0.25 * np.cumsum(flows["draws_credit"] - flows["principal"], axis=-1)
    assert np.allclose(debt, flows["debt"], atol=1e-8)
    assert np.allclose(start + 0.25 * np.cumsum(flows["calls"], axis=-1), flows["paid_in_equity"], atol=1e-8)


def test_the_baseline_and_the_priors_conserve(great_stone, baseline):
    for made in (baseline, simulate(study(runs=512, draws="prior"), great_stone)):
        check_laws(made)
        check_ledger(made)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.fixed_dictionaries({v.name: st.floats(0.02, 0.98) for v in DRAWN}), seed=st.integers(0, 2**40))
def test_any_point_of_the_priors_conserves(great_stone, values, seed):
    drawn = {v.name: float(v.prior.quantile(np.array(values[v.name]), v.default[0])) for v in DRAWN}
    drawn = {v.name: min(max(drawn[v.name], v.low), v.high) for v in DRAWN}
    made = simulate(study(scenario_of("any", parameters=drawn), runs=4, seed=seed, draws="defaults"), great_stone)
    check_laws(made)
    check_ledger(made)


def test_a_rescue_never_leaves_a_side_worse_than_nothing(great_stone):
    poor = scenario_of("poor", parameters={"overhead": 6.0, "value_home": 8.0, "value_host": 6.0, "return_mean": 0.0})
    made = simulate(study(poor, runs=256, draws="defaults"), great_stone)
    paid_home, paid_host = made.contribution_home.values, made.contribution_host.values
    assert (paid_home > 0).any()
    assert (paid_host > 0).any()
    conceded = made.transfer_home.values
    assert (made.benefit_home.values + conceded - paid_home)[paid_home > 0].min() >= -1e-9
    assert (made.benefit_host.values - conceded - paid_host)[paid_host > 0].min() >= -1e-9
    assert np.allclose((paid_home + paid_host)[made.rescue.values > 0], made.shortfall.values[made.rescue.values > 0])


def test_no_framework_no_concessional_debt(great_stone):
    made = simulate(
        study(scenario_of("off", levers={"governments.framework": [{"value": 0.0}]}), runs=128), great_stone
    )
    assert (made.debt.values == 0.0).all()
    assert (made.draws_credit.values == 0.0).all()


def test_commercial_credit_needs_no_framework(great_stone):
    off = {"governments.framework": [{"value": 0.0}], "company.registered_capital": [{"value": 0.0}]}
    lent = {"governments.commercial_credit": [{"value": 300.0}]}
    stops = {"governments.credit_open": [{"value": 0.0}]}
    scenarios = (scenario_of("lent", levers=off | lent), scenario_of("closed", levers=off | lent | stops))
    made = simulate(study(*scenarios, runs=64), great_stone)
    assert (made.draws_credit.values[0] > 0.0).any()
    assert (made.debt.values[1] == 0.0).all()


def test_nothing_is_distributed_while_the_state_owes_what_it_passed_on(great_stone):
    rich = scenario_of("rich", parameters={"land_price": 2.0, "cash_reserve": 0.0})
    made = simulate(study(rich, runs=128), great_stone)
    owed = made.state_debt.values[..., :-1] > 0.0
    paid = made.dividends.values[..., 1:] > 0.0
    assert (owed & (made.cash.values[..., 1:] > 0.0)).any()
    assert not (owed & paid).any()
    assert paid.any()


def test_land_is_usable_by_whole_lots_of_the_plan(great_stone):
    """Great Stone delivers 350 and 851 ha; without the governments' plan land is used as it is serviced."""
    whole = scenario_of("lots")
    blocks = scenario_of("blocks", levers={"company.lot_area": [{"value": 0.0}]})
    demand_led = scenario_of("demand-led", edits={"depth": {"plan": "off"}})
    made = simulate(study(whole, blocks, demand_led, runs=128), great_stone)
    usable, serviced = made.usable_area.values, made.serviced_area.values
    assert set(np.unique(usable[0])) <= {0.0, 350.0, 851.0}
    assert np.array_equal(usable[1, :, 4:], serviced[1, :, :-4])
    assert np.array_equal(usable[2, :, 4:], serviced[2, :, :-4])


def test_a_failed_company_is_frozen(great_stone):
    doomed = scenario_of("doomed", parameters={"overhead": 60.0, "value_home": 0.0, "value_host": 0.0})
    made = simulate(study(doomed, runs=64, draws="defaults"), great_stone)
    failed = made.failed.values[0]
    assert failed[:, -1].mean() > 0.9
    for name in ("cash", "debt", "paid_in_equity", "serviced_area"):
        change = np.diff(made[name].values[0], axis=-1)
        assert (change[failed[:, :-1] > 0] == 0.0).all(), name
    assert (made.arrivals.values[0][:, 1:][failed[:, :-1] > 0] == 0.0).all()
    assert (made.outcome.values[0][failed[:, -1] > 0] == 0).all()


def test_service_never_exceeds_capability(great_stone):
    made = simulate(study(runs=256, draws="prior"), great_stone)
    weight = made.draws.sel(parameter="capability_weight").values
    before = 1.0 - 0.4 * weight
    assert (made.service_level.values[0, :, 5] <= before + 1e-12).all()


EVERYTHING = {
    "alignment": 0.5, "session_effect": 0.2, "visit_weight": 0.0, "closure_rate": 0.01, "closure_threshold": 1.0,
    "deadlock": 0.5, "group_interest": 0.5, "owner_weight": 0.5, "arbitrage_pull": 20.0, "mobilisation": 0.5,
    "price_pull": 0.5,
}  # fmt: skip
"""Every mechanism of MODEL §7, stronger than by default."""


def test_every_mechanism_conserves_when_it_is_strong(great_stone):
    """With a state's credit, businesses, interests, coordination, deadlock, prices and closures at once."""
    levers = {
        "governments.rescue_alone": [{"value": [1, 1]}],
        "governments.state_credit": [{"value": 100}],
        "governments.state_credit_rate": [{"value": 0.03}],
        "governments.state_repayment_quarters": [{"value": 0}],
        "governments.interest_weight_home": [{"value": [0.2, 0.2, 0.2, 0.2]}],
        "governments.interest_weight_host": [{"value": [0.4, 0.2, 0.1, 0.1]}],
        "company.business_home": [{"value": [0.5, 0.3, 0]}],
        "company.business_host": [{"value": [0, 0, 1]}],
    }
    made = simulate(
        study(scenario_of("all", parameters=EVERYTHING, levers=levers), runs=256, draws="prior"), great_stone
    )
    check_laws(made)
    check_ledger(made)
    drawn = 0.25 * np.cumsum(made["state_funding"].values, axis=-1)
    assert np.allclose(made["state_debt"].values, drawn, atol=1e-8), "nothing is repaid where no end of grace is set"
    assert (made["closed"].values[..., -1] > 0.5).any()
    assert (made["state_debt"].values[..., -1] > 0.0).any()


def test_what_one_side_concedes_the_other_gains_and_nobody_pays_more_than_the_park_is_worth(great_stone):
    made = simulate(study(scenario_of("on", parameters={"alignment": 0.7}), runs=128, draws="prior"), great_stone)
    for side, sign in (("home", 1.0), ("host", -1.0)):
        worth = made[f"benefit_{side}"].values + sign * made["transfer_home"].values
        pays = made[f"contribution_{side}"].values
        assert (worth - pays)[pays > 0.0].min(initial=0.0) > -1e-9, side
