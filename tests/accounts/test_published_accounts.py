"""Published accounts beside the model's ledger: what is the same is compared, everything else has its reason."""

import numpy as np
import pytest

from copark.analyses.accounts import Compared, Total
from copark.analyses.accounts.elsewhere import DERIVED, DIRECT, SITES, elsewhere_of
from copark.analyses.accounts.ledger import NEEDED, ledger_of, over_period
from copark.analyses.accounts.published import COUNTERPARTS, HOLDINGS, PARTS, figures_of
from copark.analyses.context import Context
from copark.analyses.registry import REGISTRY
from copark.cases import list_cases, load_case
from copark.cases.accounts import load_accounts
from copark.cases.quarters import Quarter
from copark.simulation.run import simulate
from copark.simulation.study import baseline
from copark.stats.quantiles import Band

END = Quarter(2024, 4)


def figures(name):
    case = load_case(name)
    return figures_of(case, case.clock.start, END)


def the(found, quantity, **wanted):
    (figure,) = [
        one
        for one in found
        if one.quantity == quantity and all(getattr(one, name) == value for name, value in wanted.items())
    ]
    return figure


def every_row():
    for name in list_cases():
        yield from load_case(name).accounts
    yield from load_accounts().rows


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Answers of a few runs, by park."""
    accounts = REGISTRY["accounts"]
    context = Context(tmp_path_factory.mktemp("accounts"), threads=1)
    return {
        name: accounts.ask.compute(accounts.params(case=name, runs=20), context)
        for name in ("thilawa", "imip", "suzhou", "kaesong")
    }


def test_money_is_compared_in_dollars_and_says_by_which_rate():
    thilawa = figures("thilawa")
    assert the(thilawa, "land_price").compared == pytest.approx(0.8), "80 USD a square metre, in M USD a hectare"
    share = the(thilawa, "associates_result", period="2015-04/2016-03")
    assert (share.whose, share.share, share.rate_from) == ("share", 0.41, "other-row")
    assert share.compared == pytest.approx(14_000 / 1181.82)
    of_2020 = the(thilawa, "associates_result", period="2019-10/2020-09")
    assert (of_2020.compared, of_2020.rate_from) == (pytest.approx(8628 / 1381.62), "published")
    assert the(thilawa, "associates_result", period="2020-10/2021-09").why == "rate"
    vsip = the(figures("vsip"), "result_after_tax", period="2022-01/2022-12", basis="group")
    assert (vsip.compared, vsip.rate_from, vsip.quarters) == (pytest.approx(97.0), "series", 4)
    suzhou = the(figures("suzhou"), "revenue", period="2019-01/2019-12")
    assert (suzhou.compared, suzhou.rate_from) == (pytest.approx(5311 / 6.9081), "published")


def test_what_is_not_compared_has_its_reason():
    thilawa = figures("thilawa")
    assert {one.why for one in thilawa if one.basis == "holder" and one.quantity in COUNTERPARTS} == {"holder"}
    assert {one.why for one in thilawa if one.estates == "Thilawa Zone A" and one.quantity in COUNTERPARTS} == {"part"}
    assert the(thilawa, "lease_term").why == "quantity"
    assert the(figures("saysettha"), "servicing_cost").why == ""
    early = figures_of(load_case("suzhou"), Quarter(2021, 1), END)
    assert the(early, "revenue", period="2019-01/2019-12").why == "time"


def test_a_loss_that_the_series_alone_has_is_published_too():
    losses = [one for one in figures("suzhou") if one.quantity == "accumulated_loss"]
    assert [one.value for one in losses] == [60, 90, 0]


def test_names_of_parts_holders_and_sites_are_those_of_the_casebook():
    """Whatever is compared between companies has its kind of site, so that a new row cannot be passed over."""
    rows = list(every_row())
    estates = {row.estates for row in rows}
    assert estates >= PARTS
    assert estates >= SITES.keys()
    assert {row.company for row in rows} >= HOLDINGS.keys()
    derived = {name for _, above, _, _ in DERIVED for name in above if name != "dividends"}
    without = {row.estates for row in rows if row.quantity in {*DIRECT, *derived}} - SITES.keys()
    alone = {
        "Eastern Industry Zone", "Karimun, first phase", "Qinzhou", "Sadao, Songkhla", "TEDA Suez",
        "TEDA Suez, expansion of 6 km²", "Tianjin Eco-City, housing land",
    }  # fmt: skip
    assert without == alone, "housing, and outlays without an area beside them"


def test_what_is_told_of_more_than_a_year_is_a_yearly_average():
    for row in every_row():
        part = COUNTERPARTS.get(row.quantity)
        if part is None or part.way != "flow" or row.since is None:
            continue
        days = (row.until.last_day - row.since.first_day).days
        assert days < 370 or "yearly average" in (row.note or ""), row


def test_a_flow_is_summed_up_to_a_year_and_averaged_beyond_it():
    """1, 2, …, 8 M USD a year, by quarter: half a year, a year, two years, and what stands at the end."""
    values = np.arange(1.0, 9.0)[np.newaxis, :]
    ledger = {"result": values, "dividends": values / 4.0, "land_price": values}
    flow, level, ratio = (COUNTERPARTS[name] for name in ("result_after_tax", "land_price", "payout"))
    assert over_period(ledger, flow, 0, 1) == pytest.approx([(1 + 2) / 4])
    assert over_period(ledger, flow, 0, 3) == pytest.approx([(1 + 2 + 3 + 4) / 4])
    assert over_period(ledger, flow, 0, 7) == pytest.approx([4.5])
    assert over_period(ledger, level, 0, 3) == pytest.approx([4.0])
    assert over_period(ledger, ratio, 0, 3) == pytest.approx([25.0])
    assert np.isnan(over_period({**ledger, "result": -values}, ratio, 0, 3)).all(), "no result to pay from"


def test_the_result_differs_from_the_model_s_own_by_land_in_stock():
    """Both charge the same land, when it is sold or when it is serviced; grants are none of the company's business."""
    case = load_case("thilawa")
    study = baseline(case.name).with_changes(runs=10, keep=(*NEEDED, "grants"), draws="prior", quarters=40)
    runs = simulate(study, case, threads=1)
    ledger = ledger_of(runs, study, case)
    sold = ledger["land_sold"].sum(axis=1) / 4.0
    cost = ledger["servicing_cost"][:, 0]
    grants = runs["grants"].to_numpy()[0].sum(axis=1) / 4.0
    spent = ledger["servicing_outlay"][:, -1]
    gap = (ledger["result"] - ledger["result_when_serviced"]).sum(axis=1) / 4.0
    assert sold.max() > 0.0
    assert gap == pytest.approx(spent - cost * sold - grants, abs=1e-6)


def test_the_answer_says_where_the_model_stands(asked):
    thilawa = asked["thilawa"]
    price = next(one for one in thilawa.compared if one.figure.quantity == "land_price")
    assert price.side == "model_below"
    assert [total.whose for total in asked["suzhou"].totals] == ["group"]
    assert asked["suzhou"].totals[0].periods == 5, "years told twice, and parts of a year, count once"
    headline = thilawa.document("en").headline
    assert "39 published figures" in headline
    assert "5 can be set beside the model’s ledger" in headline
    assert "at least US$47 million" in headline
    assert "公开账目数值39个" in thilawa.document("zh").headline
    charts = {block.key for block in thilawa.document("en").blocks() if hasattr(block, "figure")}
    assert charts == {"courses", "prices"}


def test_a_closed_park_is_told_of_while_it_was_open(asked):
    assert asked["kaesong"].last_open == 2015
    assert "result in 2015" in asked["kaesong"].document("en").headline


def test_a_park_without_accounts_says_what_to_ask_for(asked):
    document = asked["imip"].document("en")
    assert "no published accounts" in document.headline
    assert "ask for its yearly result" in str(document.sections[0])
    assert "历年利润" in str(asked["imip"].document("zh").sections[0])


def test_a_bound_is_no_value(asked):
    """A model above "more than 12" agrees with it."""
    share = next(one for one in asked["thilawa"].compared if one.figure.bound == "more-than")
    assert isinstance(share, Compared)
    total = Total("company", 2015, 2016, 1, 10.0, True, Band(20.0, 30.0, 40.0))
    assert total.side == "within"
    assert Total("company", 2015, 2016, 1, 10.0, False, Band(20.0, 30.0, 40.0)).side == "model_above"


def test_other_companies_are_compared_in_one_unit():
    """Price lists, ratios of two figures, and payouts; a park's own are marked."""
    found = elsewhere_of(load_case("thilawa"))
    own = {one.measure for one in found if one.is_own}
    assert own == {"land_price", "payout"}
    sadao = [one for one in found if one.estates == "Pinthong 6"]
    assert sadao[0].value == pytest.approx(2620 / 31.307 / 211.584), "M USD a hectare, of two figures"
    amata = [one for one in found if one.estates == "Amata, all estates" and one.measure == "payout"]
    assert len(amata) == 5
    assert not any("housing" in one.estates for one in found)
