"""Every link carries what it says from one scale to another, and can be cut, weakened and delayed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copark.cases import load_case
from copark.model import rng, step
from copark.model.arrays import make_inputs, make_workspace
from copark.model.coupling import links
from copark.model.variables import catalogue
from copark.simulation.run import inputs_of
from copark.simulation.sample import fill, sample
from copark.simulation.study import baseline
from tests.equations.small_park import blank, lawful, numbered

LINKS = catalogue().links
QUARTERS = 8
UNTOUCHED = -77.0


def carried(link, sent):
    """What should arrive of it at full strength, by field: itself but for two links that sum up."""
    if link.name == "commitment_to_hurdle":
        return {"commitment_least": np.atleast_1d(np.min(sent["commitment"]))}
    if link.name == "network_to_partners":
        return {"network": np.atleast_1d(np.mean(sent["network"]))}
    fields = zip(link.sends, link.receives, strict=True)
    return {to: np.atleast_1d(sent[name]).copy() for name, to in fields}


def arrive(link, wire, t, sent):
    """Let a link carry; return the fields it touched."""
    target = blank(link.target_submodel, "receives")
    for name in target.dtype.names:
        target[name] = UNTOUCHED
    getattr(links, link.name)(t, wire, sent, target)
    touched = {name: np.atleast_1d(target[name]) for name in target.dtype.names}
    return {name: value for name, value in touched.items() if (value != UNTOUCHED).any()}


each_link = pytest.mark.parametrize("link", LINKS.values(), ids=lambda link: link.name)


@each_link
@pytest.mark.parametrize("strength", [1.0, 0.5, 0.0])
def test_a_link_carries_its_fields_and_no_other_as_far_from_neutral_as_it_is_strong(link, strength):
    wire = make_workspace(make_inputs(QUARTERS, 1, 0)).link_buffers
    sent = numbered(link.source_submodel, "sends")
    wire.strength[:, link.number] = strength
    found, whole = arrive(link, wire, 0, sent), carried(link, sent)
    assert set(found) == set(whole) == set(link.receives)
    for name, value in whole.items():
        assert found[name] == pytest.approx(link.neutral + strength * (value - link.neutral)), name


@each_link
def test_what_is_delayed_arrives_late_and_until_then_what_is_neutral(link):
    wire = make_workspace(make_inputs(QUARTERS, 1, 0)).link_buffers
    wire.delay[link.number] = 3
    history = [numbered(link.source_submodel, "sends", 100.0 * t) for t in range(QUARTERS)]
    for t, sent in enumerate(history):
        found, whole = arrive(link, wire, t, sent), carried(link, history[max(t - 3, 0)])
        assert set(found) == set(whole)
        for name, value in whole.items():
            assert found[name] == pytest.approx(value if t >= 3 else np.full_like(value, link.neutral)), name


@lawful
@given(value=st.floats(-1e3, 1e3), strength=st.floats(0, 2), neutral=st.sampled_from([0.0, 1.0, -1.0]))
def test_what_arrives_is_neutral_plus_strength_times_the_rest(value, strength, neutral):
    wire = make_workspace(make_inputs(QUARTERS, 1, 0)).link_buffers
    wire.strength[:, 5] = strength
    found = links.carry(wire, 2, 5, 1, value, neutral)
    assert found == pytest.approx(neutral + strength * (value - neutral), abs=1e-9)


def test_land_takes_a_year_from_payment_to_use():
    assert LINKS["land_to_starts"].delay == 4
    assert [link.name for link in LINKS.values() if link.delay] == ["land_to_starts"]


def first_quarter(inputs, draws, unknown=None):
    """Run the first quarter with a port unknown until its link arrives: what ports began with, and what is left."""
    work = make_workspace(inputs)
    with np.errstate(all="ignore"):  # integers of random numbers wrap around, and what is unknown spreads
        rng.prepare(draws.addresses[0])
        step.begin(inputs, work, draws.governments[0])
        begun = {
            link.target_submodel: getattr(work.submodels, link.target_submodel).receives.copy()
            for link in LINKS.values()
        }
        if unknown is not None:
            submodel, name = unknown
            getattr(work.submodels, submodel).receives[name] = np.nan
        step.quarter(0, 0, inputs, draws, work)
    return begun, work.memory.copy()


def test_what_is_read_before_its_link_arrives_begins_neutral(subtests):
    """In the first quarter a scale may act before another has sent: what it has then is the link's neutral value."""
    case = load_case("great-stone")
    study = baseline(case.name).with_changes(runs=1, draws="defaults")
    inputs = inputs_of(case)
    draws = fill(sample(study, case, 0, 1), study.scenarios[0], study, 0, 1)
    begun, whole = first_quarter(inputs, draws)
    read = []
    for link in LINKS.values():
        for name in link.receives:
            _, left = first_quarter(inputs, draws, (link.target_submodel, name))
            if np.array_equal(left, whole):
                continue
            read.append(name)
            with subtests.test(f"{link.name}: {name}"):
                assert (begun[link.target_submodel][name] == link.neutral).all(), (
                    f"set it in begin of {link.target_submodel}"
                )
    assert "reputation" in read, "the test sees no port that is read early any more"
