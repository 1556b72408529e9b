"""Who enquires, who registers, how large they are and what they believe of themselves."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from copark.model import rng
from copark.model.enterprises import arrivals
from copark.model.enterprises.records import FREE_TO_DECIDE, WIDTH, Anchor
from tests.equations.small_park import address, blank, lawful, no_firms, parameters, seen

pull = st.floats(0, 5)


@lawful
@given(own=pull, partners=pull)
def test_all_arrivals_are_owed_to_somebody_or_nobody(own, partners):
    alone, incumbent = arrivals.attribute(own, partners)
    owed_to_partners = 1 - alone - incumbent
    assert 0 <= alone <= 1
    assert incumbent >= 0
    assert owed_to_partners >= -1e-12
    if own + partners > 1e-3:
        assert owed_to_partners == pytest.approx((1 - alone) * partners / (own + partners), abs=1e-12)
        _, swapped = arrivals.attribute(partners, own)
        assert owed_to_partners == pytest.approx(swapped, abs=1e-12)


def test_time_to_build_has_the_mean_and_spread_of_its_law():
    """Gamma with shape 4: mean m, standard deviation m/2; never less than a quarter of a quarter."""
    a, b = rng.key(address(seed=2), rng.ENTRY, 7)
    times = np.array([arrivals.erlang(6.0, a, b, who) for who in range(3000)])
    assert abs(times.mean() - 6) < 4 * 3 / np.sqrt(3000)
    assert stats.kstest(times, stats.gamma(4, scale=1.5).cdf).pvalue > 0.001
    assert min(arrivals.erlang(0.3, a, b, who) for who in range(500)) == 0.25


def test_declared_investment_is_lognormal():
    a, b = rng.key(address(seed=2), rng.ENTRY, 7)
    theta = parameters("enterprises", declared_mean=1.1, declared_spread=1.2)
    z = rng.normal(a, rng.aspect(b, rng.SIZE), 55)
    assert arrivals.declare(55, theta, a, b) == pytest.approx(math.exp(1.1 + 1.2 * z))
    logs = np.log([arrivals.declare(who, theta, a, b) for who in range(2000)])
    assert stats.kstest(logs, stats.norm(1.1, 1.2).cdf).pvalue > 0.001


def register(who, declared, firms, state, **changes):
    theta = parameters("enterprises", **changes)
    a, b = rng.key(address(), rng.ENTRY, 7)
    return arrivals.enter(firms, state, who, 1, declared, theta, a, b), a, b


def test_an_enterprise_is_registered():
    """s_u = 0.1/sqrt 2, c = 0.64: u = s_u z, signal 0.8 z + 0.6 z', expectation s_u x 0.8 x signal."""
    firms, state = no_firms(), blank("enterprises", "state")
    column, a, b = register(
        55, 20.0, firms, state, return_spread=0.1, self_knowledge=0.64, realised_share=0.6, rent_below=2.0,
        land_per_capital=0.25, build_quarters=6.0,
    )  # fmt: skip
    z = rng.normal(a, rng.aspect(b, rng.PERMANENT), 55)
    other = rng.normal(a, rng.aspect(b, rng.SIGNAL), 55)
    unit = 0.1 / math.sqrt(2)
    assert column == 0
    assert firms.registered_id[0] == 55
    found = {
        name: seen(firms.registered, 1, name)[0] for name in ("origin", "capital", "permanent", "expected", "land")
    }
    assert found == pytest.approx(
        {"origin": 1, "capital": 12, "permanent": unit * z, "expected": unit * 0.8 * (0.8 * z + 0.6 * other), "land": 5}
    )
    assert seen(firms.registered, 1, "build_quarters") == pytest.approx([arrivals.erlang(6.0, a, b, 55)])
    assert seen(firms.registered, 1, "start_quarter") == [FREE_TO_DECIDE]
    assert (state.registered_now, state.registered_ever) == (1, 1)
    assert list(state.registered_by_origin) == [0, 1, 0]


def test_expectations_are_right_on_average_and_as_sharp_as_the_signal():
    """E[u|s] has variance c s_u^2, and so has its covariance with u."""
    firms, state = no_firms(), blank("enterprises", "state")
    for who in range(600):
        register(who, 20.0, firms, state, return_spread=0.1, self_knowledge=0.4)
    u, expected = (np.array(seen(firms.registered, 600, name)) for name in ("permanent", "expected"))
    unit = 0.1**2 / 2
    tolerance = 4 * unit * np.sqrt(2 / 600)
    assert abs(np.var(u) - unit) < tolerance
    assert abs(np.var(expected) - 0.4 * unit) < tolerance
    assert abs(np.mean(u * expected) - 0.4 * unit) < tolerance


def open_park(**changes):
    heard = {"usable_area": 500, "profit_tax": 0.1, "open": 1, "commitment_own": [1, 1]} | changes
    return blank("enterprises", "receives", **heard), blank("enterprises", "dated", first_area=350, reference_tax=0.1)


EVEN = {"enquiry_rate": 60.0, "origin_weight": [0.5, 0.3, 0.2], "pool_years": 500.0, "follow_own": 0.2}


def test_enquiries_are_counted_and_those_above_the_threshold_register():
    """60 enquiries a year, half of them from home: 7.5 a quarter."""
    theta, where = parameters("enterprises", **EVEN), address(run=11)
    firms, state = no_firms(), blank("enterprises", "state")
    heard, dated = open_park(threshold=2.0)
    arrivals.arrive(5, 0, firms, state, heard, dated, theta, where)
    enquiries = int(stats.poisson.ppf(rng.uniform(*rng.key(where, rng.ARRIVALS, 5), 0), 7.5))
    keys = rng.key(where, rng.ENTRY, 5)
    sizes = [arrivals.declare(arrivals.identity(5, 0, n), theta, *keys) for n in range(enquiries)]
    large = [n for n, size in enumerate(sizes) if size >= 2.0]
    assert 0 < len(large) < enquiries
    assert list(firms.registered_id[: len(large)]) == [arrivals.identity(5, 0, n) for n in large]
    assert state.registered_now == state.registered_ever == state.arrivals == len(large)
    assert state.arrivals_own == len(large)


def test_arrivals_are_owed_as_attributed():
    """Nine operate and ties bring 0.3: a = 0.2 ln 10, b = 0.3."""
    theta = parameters("enterprises", **(EVEN | {"enquiry_rate": 2000.0}))
    firms, state = no_firms(), blank("enterprises", "state", operating_by_origin=[9, 0, 0])
    heard, dated = open_park(network=[0.3, 0, 0])
    arrivals.arrive(5, 0, firms, state, heard, dated, theta, address())
    n = state.arrivals
    assert n > 250
    assert state.arrivals_own + state.arrivals_incumbent + state.arrivals_partner == n
    a, b = 0.2 * math.log(10), 0.3
    led = 1 - math.exp(-a - b)
    counts = (state.arrivals_own, state.arrivals_incumbent, state.arrivals_partner)
    for count, share in zip(counts, (1 - led, led * a / (a + b), led * b / (a + b)), strict=True):
        assert abs(count / n - share) < 4 * np.sqrt(share * (1 - share) / n)


def test_a_full_register_or_a_rate_beyond_all_measure_stops_the_run():
    state = blank("enterprises", "state", registered_now=WIDTH)
    column, *_ = register(55, 20.0, no_firms(), state)
    assert (column, state.overflow, state.registered_ever) == (-1, 1, 0)
    state = blank("enterprises", "state")
    theta = parameters("enterprises", **(EVEN | {"enquiry_rate": 5000.0}))
    arrivals.arrive(5, 0, no_firms(), state, *open_park(demand=[9, 0, 0]), theta, address())
    assert (state.overflow, state.arrivals) == (1, 0)


def anchors(first_quarter):
    """Two anchor projects: quarter, origin, declared, land, start and time to build."""
    made = np.zeros(2, Anchor).view(np.recarray)
    names = ("quarter", "origin", "declared", "land", "start_quarter", "build_quarters")
    for name, first, second in zip(names, (first_quarter, 0, 150, 25, 13, 6), (12, 2, 40, 9, -1, 4), strict=True):
        made[name] = first, second
    return made


def test_certificates_and_anchor_projects_come_when_the_record_says():
    named = anchors(11)
    firms, state = no_firms(), blank("enterprises", "state")
    dated = blank("enterprises", "dated", certificates=[2, 1, 0])
    theta = parameters("enterprises", realised_share=0.6, declared_spread=0.5)
    arrivals.dated_arrivals(
        11, firms, state, blank("enterprises", "receives", threshold=30), dated, named, theta, address()
    )
    identities = [arrivals.identity(11, *who) for who in ((0, 2048), (0, 2049), (1, 2048))]
    assert list(firms.registered_id[:4]) == [*identities, arrivals.ANCHOR_FIRST]
    assert seen(firms.registered, 4, "origin") == [0, 0, 1, 0]
    assert seen(firms.registered, 4, "capital") == pytest.approx([18, 18, 18, 150])  # 0.6 x the threshold; all of 150
    assert seen(firms.registered, 4, "land")[3] == 25
    assert seen(firms.registered, 4, "build_quarters")[3] == 6
    assert seen(firms.registered, 4, "start_quarter") == [-1, -1, -1, 13]
    assert state.arrivals == state.arrivals_own == state.registered_ever == state.registered_now == 4
    assert list(state.registered_by_origin) == [3, 1, 0]
    for first_quarter in (11, -1):  # the second keeps its name whatever became of the first
        firms, state = no_firms(), blank("enterprises", "state")
        nobody, heard = blank("enterprises", "dated"), blank("enterprises", "receives")
        arrivals.dated_arrivals(12, firms, state, heard, nobody, anchors(first_quarter), theta, address())
        assert list(firms.registered_id[: int(state.registered_now)]) == [arrivals.ANCHOR_FIRST + 1]
