"""Operating enterprises: two quarters of one by hand, sums over all, exits, and a whole quarter of the submodel."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copark.model.enterprises import equations as enterprises
from copark.model.enterprises import operating, stages
from copark.model.enterprises.records import Anchor
from tests.equations.small_park import address, blank, integers_wrap, lawful, no_firms, parameters, seen, stand

BY_HAND = {
    "return_spread": 0.1, "transitory_persistence": 0.4096, "startup_loss": 0.08, "startup_years": 2.0,
    "reinvested_share": 0.3, "exit_rate": 0.06, "reference_return": 0.07, "capital_per_job": 0.125,
}  # fmt: skip


def test_two_quarters_of_an_enterprise_by_hand():
    """Host's enterprise of 10 M USD, two quarters: u 0.02, common 0.05, terms 0.006, ties 0.02 x 0.2, tax 0.1.

    phi^dt = 0.4096^(1/4) = 0.8, innovation 0.6 x 0.1/sqrt 2. Quarter 1: shock 1, e0 0.01, start-up loss 0.08.
    Quarter 2: shock -3, start-up loss 0.08 x 7/8; a loss is neither taxed nor reinvested.
    """
    theta = parameters("enterprises", **BY_HAND, network_return=0.02)
    heard = blank("enterprises", "receives", profit_tax=0.1, network_returns=[0.5, 0.2, 0.5])
    dated = blank("enterprises", "dated", term_cost=[0.5, 0.004, 0.5], term_market=[0.5, 0.002, 0.5])
    firms, state = no_firms(), blank("enterprises", "state", operating=1)
    stand(firms.operating, firms.operating_id, 0, 77, origin=1, capital=10, permanent=0.02, transitory=0.01)

    def earned(shock, fate):
        stand(firms.operating, firms.operating_id, 0, 77, shock=shock, fate=fate)
        operating.earn(firms, 1, heard, dated, theta, 0.05)
        names = ("transitory", "latest", "mean_return", "capital", "age", "leaves")
        return [seen(firms.operating, 1, name)[0] for name in names]

    innovation = 0.6 * 0.1 / math.sqrt(2)
    e1 = 0.8 * 0.01 + innovation
    r1 = (0.05 + 0.01 + 0.02 + e1 - 0.08) * 0.9
    k1 = 10 * (1 + 0.3 * r1 / 4)
    assert r1 == pytest.approx(0.0453838, abs=1e-7)
    assert earned(1.0, 0.99) == pytest.approx([e1, r1, r1, k1, 1, 0])
    operating.add_up(firms, state, heard, theta)
    sums = (state.profit, state.profit_home, state.capital, state.jobs, state.investment, state.return_sum)
    assert sums == pytest.approx((r1 * 10, 0, k1, k1 / 0.125 / 8, k1 - 10, r1))
    assert state.losses == 0

    e2 = 0.8 * e1 - 3 * innovation
    r2 = (0.05 + 0.01 + 0.02 + e2) - 0.08 * 7 / 8
    assert r2 == pytest.approx(-0.0769380, abs=1e-7)
    mean = (r1 + r2) / 2
    leaving = 1 - math.exp(-0.06 / 4 * math.exp((0.07 - mean) / 0.1))
    assert earned(-3.0, leaving * 0.999) == pytest.approx([e2, r2, mean, k1, 2, 1])
    operating.add_up(firms, state, heard, theta)
    sums = (state.profit, state.jobs, state.investment, state.return_sum)
    assert sums == pytest.approx((r2 * k1, k1 / 0.125 * 2 / 8, k1 - 10, mean))
    assert (state.losses, state.taxes) == (1, 0)


@pytest.mark.parametrize(("nudge", "leaves"), [(0.999, 1), (1.001, 0)])
def test_an_enterprise_leaves_as_its_mean_return_decides(nudge, leaves):
    """Returns 0.05, -0.02, 0.06 and now 0.03: mean 0.03, hazard 0.06 exp(0.04/0.1)."""
    theta = parameters("enterprises", **(BY_HAND | {"startup_loss": 0.0}))
    chance = 1 - math.exp(-0.06 / 4 * math.exp(0.4))
    firms = no_firms()
    stand(
        firms.operating, firms.operating_id, 0, 77, age=20, latest=0.05, second=-0.02, third=0.06, fate=chance * nudge
    )
    operating.earn(firms, 1, blank("enterprises", "receives"), blank("enterprises", "dated"), theta, 0.03)
    assert seen(firms.operating, 1, "mean_return") == pytest.approx([0.03])
    assert [seen(firms.operating, 1, name)[0] for name in ("latest", "second", "third")] == [0.03, 0.05, -0.02]
    assert seen(firms.operating, 1, "leaves") == [leaves]


def test_an_enterprise_earns_the_same_wherever_it_stands():
    """Three different enterprises side by side, and each of them alone."""
    kept = ("transitory", "age", "latest", "second", "third", "mean_return", "capital", "leaves")
    entries = [
        {"origin": n, "capital": 10 + n, "permanent": 0.02 * n, "transitory": 0.01 - 0.02 * n, "age": 2 + 3 * n,
         "latest": 0.1 * n, "second": 0.2 - n, "third": 0.3 + n, "shock": 1.0 - n, "fate": (0.0, 1e-6, 1.0)[n]}
        for n in range(3)
    ]  # fmt: skip

    def earned(those):
        firms = no_firms()
        for i, entry in enumerate(those):
            stand(firms.operating, firms.operating_id, i, i, **entry)
        heard, dated = blank("enterprises", "receives", profit_tax=0.1), blank("enterprises", "dated")
        operating.earn(firms, len(those), heard, dated, parameters("enterprises", **BY_HAND), 0.05)
        return np.array([seen(firms.operating, len(those), name) for name in kept])

    together = earned(entries)
    for n, entry in enumerate(entries):
        assert together[:, n] == pytest.approx(earned([entry])[:, 0])
    assert together[-1].tolist() == [1, 1, 0]


@integers_wrap
def test_the_transitory_return_keeps_its_law_in_the_quarter_of_opening():
    """An enterprise opens and earns in the same quarter; its transitory return still has deviation sigma/sqrt 2

    (within four standard errors of 1,500 enterprises)."""
    theta = parameters("enterprises", **BY_HAND)
    firms, state, where = no_firms(), blank("enterprises", "state"), address()
    for who in range(1500):
        stand(firms.building, firms.building_id, 0, who)
        stages.open_plant(8, firms, state, 0, theta, where)
    operating.draw(8, firms, 1500, where)
    operating.earn(firms, 1500, blank("enterprises", "receives"), blank("enterprises", "dated"), theta, 0.0)
    assert np.std(seen(firms.operating, 1500, "transitory")) == pytest.approx(0.1 / math.sqrt(2), rel=0.073)


def earn_once(tax, common, entries, **changes):
    """Enterprises given as (origin, capital, age, u) earn one quarter; the state of the submodel after adding up."""
    theta = parameters("enterprises", **(BY_HAND | changes))
    heard = blank("enterprises", "receives", profit_tax=tax)
    firms, state = no_firms(), blank("enterprises", "state", operating=len(entries))
    for i, (origin, capital, age, u) in enumerate(entries):
        stand(firms.operating, firms.operating_id, i, i, origin=origin, capital=capital, age=age, permanent=u, fate=1)
    operating.earn(firms, len(entries), heard, blank("enterprises", "dated"), theta, common)
    operating.add_up(firms, state, heard, theta)
    return state


def test_sums_over_three_mature_enterprises_by_hand():
    """Before tax 0.10, -0.05 and 0.20; tax a fifth: net 0.08, -0.05, 0.16 on 10, 20 and 5 M USD; e is 0."""
    state = earn_once(0.2, 0.05, [(0, 10, 30, 0.05), (1, 20, 30, -0.10), (2, 5, 30, 0.15)])
    grown = 10 * 0.3 * 0.08 / 4 + 5 * 0.3 * 0.16 / 4
    assert (state.profit, state.profit_home) == pytest.approx((0.8 - 1.0 + 0.8, 0.8))
    assert state.taxes == pytest.approx(0.2 * (10 * 0.10 + 5 * 0.20))
    whole = (state.capital, state.jobs, state.investment)
    assert whole == pytest.approx((35 + grown, (35 + grown) / 0.125, grown))
    assert state.return_sum == pytest.approx((0.08 - 0.05 + 0.16) / 4)  # means of four quarters, three of them 0
    assert state.losses == 1


ENTRIES = st.tuples(st.integers(0, 2), st.floats(0.1, 100), st.integers(0, 60), st.floats(-0.3, 0.3))


@lawful
@given(tax=st.floats(0, 0.9), entries=st.lists(ENTRIES, min_size=1, max_size=8))
def test_what_enterprises_pay_in_tax_the_host_receives(tax, entries):
    untaxed, taxed = (earn_once(rate, 0.05, entries) for rate in (0.0, tax))
    assert untaxed.taxes == 0
    assert untaxed.profit - taxed.profit == pytest.approx(taxed.taxes, abs=1e-9)


def test_those_that_leave_give_back_their_land_and_the_last_takes_their_place():
    firms = no_firms()
    state = blank("enterprises", "state", operating=4, occupied_area=30)
    state.operating_by_origin = [2, 1, 1]
    state.registered_by_origin = [5, 4, 3]
    for i, (origin, land, leaves) in enumerate(((0, 5, 1), (1, 6, 0), (2, 7, 0), (0, 8, 1))):
        stand(firms.operating, firms.operating_id, i, 50 + i, origin=origin, land=land, leaves=leaves, capital=i)
    operating.leave(firms, state)
    assert (state.operating, state.exits, state.gone, state.occupied_area) == (2, 2, 2, 17)
    assert list(firms.operating_id[:2]) == [52, 51]
    assert seen(firms.operating, 2, "capital") == [2, 1]
    assert list(state.operating_by_origin) == [0, 1, 1]
    assert list(state.registered_by_origin) == [3, 4, 3]


NOBODY = np.zeros(0, Anchor).view(np.recarray)


@integers_wrap
@pytest.mark.parametrize("run", range(3))
def test_a_quarter_of_the_submodel_after_another_keeps_count_of_everyone_and_every_hectare(run):
    theta = parameters("enterprises", enquiry_rate=60.0, build_quarters=3.0, exit_rate=0.3, lapse_rate=0.3)
    firms, state, where = no_firms(), blank("enterprises", "state"), address(run=run)
    heard = blank("enterprises", "receives", usable_area=60, commitment_least=1, service_starts=1, open=1)
    dated, sends = blank("enterprises", "dated", certificates=[1, 0, 0]), blank("enterprises", "sends")
    for t in range(16):
        enterprises.step(t, firms, state, heard, sends, dated, NOBODY, theta, where)
        active = state.registered_now + state.building + state.operating
        assert state.registered_ever == active + state.gone
        assert state.registered_by_origin.sum() == active
        assert state.operating_by_origin.sum() == state.operating
        assert state.arrivals == state.arrivals_own + state.arrivals_incumbent + state.arrivals_partner
        land = sum(seen(firms.building, int(state.building), "land"))
        land += sum(seen(firms.operating, int(state.operating), "land"))
        assert state.occupied_area == pytest.approx(land, abs=1e-9)
        assert state.occupied_area <= 60 + 1e-9
        sent = (sends.occupied_area, sends.jobs, sends.taxes, sends.profit_home, sends.reputation)
        assert sent == (state.occupied_area, state.jobs, state.taxes, state.profit_home, state.reputation)
    assert min(state.gone, state.operating, state.building) > 0


@integers_wrap
def test_a_park_whose_company_has_failed_takes_nobody_new_and_those_inside_go_on():
    firms, state, sends = no_firms(), blank("enterprises", "state", operating=1), blank("enterprises", "sends")
    stand(firms.operating, firms.operating_id, 0, 5, capital=10)
    heard = blank("enterprises", "receives", usable_area=60, open=0)
    dated = blank("enterprises", "dated", certificates=[3, 0, 0])
    theta = parameters("enterprises", enquiry_rate=60.0, exit_rate=0.0)
    enterprises.step(3, firms, state, heard, sends, dated, NOBODY, theta, address())
    assert state.registered_ever == 0
    assert state.operating == 1
    assert state.jobs > 0


@integers_wrap
@pytest.mark.parametrize(("closed", "closure"), [(1, 0), (0, 1)], ids=["by a government", "on record"])
def test_a_closed_park_loses_all_at_once_and_takes_nobody(closed, closure):
    """Whoever closes it: one operates, one builds, one has applied, and each is counted as gone."""
    firms, sends = no_firms(), blank("enterprises", "sends")
    state = blank("enterprises", "state", operating=1, building=1, registered_now=1, registered_ever=3)
    state.operating_by_origin = [1, 0, 0]
    state.registered_by_origin = [1, 1, 1]
    heard = blank("enterprises", "receives", usable_area=60, open=1, closed=closed)
    dated = blank("enterprises", "dated", certificates=[3, 0, 0], closure=closure)
    theta = parameters("enterprises", enquiry_rate=60.0)
    enterprises.step(3, firms, state, heard, sends, dated, NOBODY, theta, address())
    assert (state.operating, state.building, state.registered_now) == (0, 0, 0)
    assert state.registered_ever == state.gone == 3
    assert (state.lapses, state.exits, state.arrivals) == (2, 1, 0)
    assert (sends.jobs, sends.profit_home, sends.reputation, sends.relative_reputation) == (0, 0, 0, 0)


@integers_wrap
def test_the_name_of_the_park_is_made_by_all_who_operated_in_the_quarter():
    """Two operate, both leave: their results still count."""
    firms, state, sends = no_firms(), blank("enterprises", "state", operating=2), blank("enterprises", "sends")
    for i in range(2):
        stand(firms.operating, firms.operating_id, i, 5 + i, capital=10, age=30)
    theta = parameters("enterprises", **(BY_HAND | {"exit_rate": 1e6}))
    heard = blank("enterprises", "receives")
    enterprises.step(3, firms, state, heard, sends, blank("enterprises", "dated"), NOBODY, theta, address())
    assert (state.operating, state.exits) == (0, 2)
    assert sends.reputation == pytest.approx((5 * 0.07 + state.return_sum) / 7 - 0.07)
    assert sends.relative_reputation == pytest.approx(sends.reputation / 0.1)
    assert state.return_sum != 0
