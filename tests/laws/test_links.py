"""Each link between scales can be cut; cut, it is as if its parameter were nothing, bit for bit."""

import numpy as np
import pytest

from copark.model.variables import catalogue
from copark.simulation.run import simulate
from tests.laws.conftest import same_bits
from tests.simulation.conftest import NEUTRAL, outputs, scenario_of, study

SAME_AS_PARAMETER = {
    "service_pull": ["service_to_arrivals"],
    "service_return": ["service_to_returns"],
    "reputation_pull": ["results_to_arrivals"],
    "market_response": ["growth_to_returns"],
    "mediation": ["council_to_votes"],
    "risk_premium": ["commitment_to_hurdle"],
    "tax_per_job": ["jobs_to_host"],
    "contractor_margin_rate": ["contracts_to_home"],
    "network_strength": ["network_to_arrivals", "network_to_partners", "network_to_returns"],
    "network_return": ["network_to_returns"],
    "partner_mobilisation": ["commitment_to_partners"],
}


@pytest.mark.parametrize("name", SAME_AS_PARAMETER)
def test_cut_is_the_parameter_at_zero(great_stone, name):
    """What a network would bring, without the links that it feeds, is reported all the same."""
    cut = scenario_of("cut", links={link: {"strength": 0.0} for link in SAME_AS_PARAMETER[name]})
    both = simulate(study(cut, scenario_of("zero", parameters={name: 0.0}), runs=64), great_stone)
    apart = ("network_home", "network_host", "network_third") if name == "network_strength" else ()
    left, right = ({key: one for key, one in outputs(both, at).items() if key not in apart} for at in (0, 1))
    assert same_bits(left, right)


DISTURBED = {
    # link: what to disturb at its sender, and outputs of its receiver that must not notice once it is cut
    "demand_to_arrivals": ({"parameters": {"climate_spread": 2.0}}, ("registered", "operating", "cash")),
    "network_to_arrivals": ({"parameters": {"network_strength": 1.0}}, ("registered_third",)),
    "service_to_arrivals": ({"parameters": {"capability_weight": 0.59}}, ("arrivals",)),
    "jobs_to_host": ({"parameters": {"capital_per_job": 0.01}}, ("benefit_host", "commitment_host", "registered")),
    "shortfall_to_bargain": ({"parameters": {"overhead": 40.0}}, ("contribution_home", "contribution_host")),
    "interest_to_home": ({"parameters": {"interest_rate": 0.2}}, ("benefit_home",)),
    "funding_to_host": ({"levers": {"governments.state_credit": [{"value": 300}]}}, ("state_debt",)),
    "commitment_to_arrivals": ({"parameters": {"mobilisation": 1.0}}, ("arrivals",)),
    "price_to_arrivals": ({"parameters": {"price_pull": 1.0, "reference_price": 0.2}}, ("arrivals",)),
    "jobs_to_interests": ({"parameters": {"interest_jobs": 50_000}}, ("benefit_home",)),
    "capital_to_interests": ({"parameters": {"interest_technology": 5.0}}, ("benefit_home",)),
    "closing_to_company": ({"parameters": {"closure_rate": 1.0, "closure_threshold": 1.0}}, ("failed",)),
    "closing_to_enterprises": (
        {"parameters": {"closure_rate": 1.0, "closure_threshold": 1.0}},
        ("operating", "building"),
    ),
    "commitment_to_partners": ({"parameters": {"value_host": 0.0}}, ("partners",)),
    "network_to_returns": ({"parameters": {"network_strength": 1.0}}, ("mean_return",)),
    "sales_to_ledger": ({"parameters": {"land_per_capital": 1.0}}, ("land_sales",)),
    "credit_to_ledger": ({"levers": {"governments.credit": [{"value": 5000}]}}, ("debt", "draws_credit")),
    "regime_to_arrivals": ({"levers": {"governments.threshold": [{"value": 50}]}}, ("registered", "operating")),
    "tax_to_returns": ({"levers": {"governments.profit_tax": [{"value": 0.5}]}}, ("taxes", "operating", "registered")),
}
QUIET = ("service_to_starts", "service_to_returns")
BESIDE = {
    # link: what else carries the disturbance to where it is looked for
    "jobs_to_host": ("jobs_to_interests", "capital_to_interests"),
    "network_to_arrivals": ("network_to_returns", "network_to_partners"),
    "network_to_returns": ("network_to_arrivals", "network_to_partners"),
    "commitment_to_partners": ("results_to_partners", "network_to_partners"),
    "closing_to_company": ("closing_to_enterprises", "commitment_to_partners"),
    "closing_to_enterprises": ("closing_to_company", "commitment_to_partners"),
}


@pytest.mark.parametrize("link", DISTURBED)
def test_a_cut_link_carries_nothing(great_stone, link):
    """With the link whole the disturbance is felt at its far end; with it cut it is not felt at all."""
    change, felt = DISTURBED[link]
    cut = {link: {"strength": 0.0}} | ({name: {"strength": 0.0} for name in QUIET} if "service" in link else {})
    if link == "interest_to_home":  # what else money in the company lets the home side gain
        others = (
            "dividends_to_sides", "profits_to_home", "contracts_to_home", "opening_to_interests", "funding_to_host",
            "jobs_to_interests", "capital_to_interests", "shortfall_to_bargain",
        )  # fmt: skip
        cut |= {name: {"strength": 0.0} for name in others}
    if link in BESIDE:
        cut |= {name: {"strength": 0.0} for name in BESIDE[link]}
    # without an interest in growth and technology no government looks at them
    weights = {"governments.interest_weight_home": [{"value": [0.4, 0.4, 0, 0]}]}
    given = {"levers": weights} if link in ("jobs_to_interests", "capital_to_interests") else {}
    if link == "interest_to_home":  # the credit on record is the host state's
        given = {"levers": {"governments.credit": [{"value": 300}]}}
    changed = given | change
    scenarios = (
        scenario_of("a", links=cut, **given),
        scenario_of("b", links=cut, **changed),
        scenario_of("c", **given),
        scenario_of("d", **changed),
    )
    made = simulate(study(*scenarios, runs=48, draws="defaults"), great_stone)
    for name in felt:
        assert np.array_equal(made[name].values[0], made[name].values[1]), name
    assert any(not np.array_equal(made[name].values[2], made[name].values[3]) for name in felt)


OLDER = (
    "partners_to_network",
    "commitment_to_votes",
    "commitment_to_effort",
    "plan_to_land",
    "rescue_to_ledger",
    "service_to_starts",
    "land_to_starts",
    "opening_to_enterprises",
    "opening_to_interests",
    "dividends_to_sides",
    "control_to_bargain",
    "occupancy_to_ledger",
    "profits_to_home",
    "taxes_to_host",
    "results_to_partners",
)
"""Links that are older than this rule and are cut only in the tests below."""


def test_every_link_is_tried_at_both_ends():
    """A new link has a place in DISTURBED, or in SAME_AS_PARAMETER if it has a parameter of its own."""
    tried = {*DISTURBED, *(link for links in SAME_AS_PARAMETER.values() for link in links), *OLDER}
    assert tried == set(catalogue().links)


WAYS = {
    "cut": {"strength": 0.0},
    "late": {"strength": 1.0, "delay": 400},
    "once": {"strength": 0.0, "from": 0},
    "later": {"strength": 0.0, "from": 24},
    "never": {"strength": 0.0, "from": 24, "to": 24},
}
SOME = ("network_to_arrivals", "tax_to_returns", "rescue_to_ledger")
"""The links that are cut from the start, or for no time: dates are read alike for all of them."""


@pytest.fixture(scope="module")
def scenarios(great_stone):
    """Outputs with each link changed in each of the ways, by the link and the way; and with all of them whole."""
    found = {("", "whole"): outputs(simulate(study(runs=2), great_stone))}
    for way, change in WAYS.items():
        links = SOME if way in ("once", "never") else tuple(catalogue().links)
        scenarios = (scenario_of(link.replace("_", "-"), links={link: change}) for link in links)
        made = simulate(study(*scenarios, runs=2), great_stone)
        found |= {(link, way): outputs(made, n) for n, link in enumerate(links)}
    return found


def test_a_delay_keeps_the_first_quarters_neutral(scenarios, subtests):
    """A link delayed beyond the horizon never carries: the same bits as a link cut."""
    for link in catalogue().links:
        with subtests.test(link):
            assert same_bits(scenarios[link, "late"], scenarios[link, "cut"])


def test_who_controls_the_company_pays_first(great_stone):
    """Where either side would pay alone, the side in control is asked; with the link cut, the home side."""
    levers = {
        "governments.framework": [{"value": 0.0}],
        "company.share": [{"value": [3200, 6800, 0]}],
        "company.registered_capital": [{"value": 0.0}],
    }
    parameters = {"value_home": 200.0, "value_host": 200.0}
    cut = {"control_to_bargain": {"strength": 0.0}}
    host, nobody = (
        scenario_of(key, levers=levers, parameters=parameters, links=links) for key, links in (("a", {}), ("b", cut))
    )
    made = simulate(study(host, nobody, runs=32, draws="defaults"), great_stone)
    first = np.argmax(made.rescue.values > 0.0, axis=-1)[..., None]
    pays_home = np.take_along_axis(made.contribution_home.values, first, axis=-1)
    pays_host = np.take_along_axis(made.contribution_host.values, first, axis=-1)
    assert (pays_host[0] > 0.0).any()
    assert (pays_home[0] == 0.0).all()
    assert (pays_home[1] > 0.0).any()
    assert (pays_host[1] == 0.0).all()


def test_half_a_link_lies_between(great_stone):
    scenarios = [
        scenario_of(f"s{n}", links={"network_to_arrivals": {"strength": s}}) for n, s in enumerate((0.0, 0.5, 1.0))
    ]
    made = simulate(study(*scenarios, runs=400, draws="defaults"), great_stone)
    means = made.registered_home.values[:, :, 40].mean(axis=1)
    assert means[0] < means[1] < means[2]


def test_a_cut_from_a_quarter_on_changes_nothing_before_it(scenarios, subtests):
    """What is cut later is whole until then; cut from the start it is the link cut, bit for bit."""
    whole = scenarios["", "whole"]
    for link in catalogue().links:
        with subtests.test(link):
            before = [
                {name: values[:, :24] for name, values in one.items()} for one in (whole, scenarios[link, "later"])
            ]
            assert same_bits(*before)
    for link in SOME:
        with subtests.test(link, dates="none"):
            assert same_bits(scenarios[link, "cut"], scenarios[link, "once"])
            assert same_bits(whole, scenarios[link, "never"])


def test_a_link_cut_for_some_years_is_felt_from_then_on(great_stone):
    gap = scenario_of("gap", links={"demand_to_arrivals": {"strength": 0.0, "from": 24, "to": 40}})
    made = simulate(study(scenario_of("whole"), gap, runs=64), great_stone)
    ever = made.registered_ever.values
    assert np.array_equal(ever[0, :, :24], ever[1, :, :24])
    assert not np.array_equal(ever[0, :, 24:40], ever[1, :, 24:40])


IDLE = {
    "commitment_to_arrivals", "price_to_arrivals", "closing_to_company", "closing_to_enterprises", "network_to_returns",
    "commitment_to_partners",
}  # fmt: skip
"""Links that carry nothing that is felt where mechanisms are neutral."""


def test_a_neutral_mechanism_is_felt_nowhere(great_stone):
    """With mechanisms at their neutral values what they alone feel leaves every bit of a run as it was, cut."""
    scenarios = (
        scenario_of(f"cut-{number}", parameters=NEUTRAL, links={link: {"strength": 0.0} for link in links})
        for number, links in enumerate([(), *((link,) for link in sorted(IDLE))])
    )
    made = simulate(study(*scenarios, runs=8), great_stone)
    whole = outputs(made, 0)
    for n, link in enumerate(sorted(IDLE), 1):
        assert same_bits(whole, outputs(made, n)), link
