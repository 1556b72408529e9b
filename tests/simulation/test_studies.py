"""The studies that are shipped: each is read, checked and run. What a study is known by; runs that share a draw."""

import json

import numpy as np
import pytest

from copark.analyses.context import Context
from copark.calibration.case_parameters import settle
from copark.calibration.prior import PriorSpace
from copark.cases.load import load_case
from copark.identity import result_identity
from copark.simulation.results import label, study_identity
from copark.simulation.run import inputs_of, simulate
from copark.simulation.sample import fill, sample
from copark.simulation.study import baseline, list_studies, load_study
from copark.simulation.study_entries import Title
from tests.simulation.conftest import scenario_of, study


def test_links_and_levers_are_dated_as_people_date(great_stone):
    """2016Q1 is the fifteenth quarter of a case that begins in 2012Q3; an end in quarters counts, as in edits."""
    written, counted = (
        scenario_of(
            "dated",
            links={"network_to_arrivals": {"strength": 0.0, "from": since, "to": until}},
            levers={"governments.visit": [{"value": [0.1, 0.2], "from": since}]},
        )
        for since, until in (("2016Q1", "2017Q4"), (14, 22))
    )
    said, known = inputs_of(great_stone, written), inputs_of(great_stone, counted)
    assert np.array_equal(said.link_strength, known.link_strength)
    assert np.array_equal(said.governments, known.governments)
    assert np.flatnonzero((known.link_strength == 0).any(axis=1)).tolist() == list(range(14, 22))
    assert written.model_dump(mode="json", by_alias=True)["links"]["network_to_arrivals"]["from"] == "2016Q1"
    before = inputs_of(
        great_stone, scenario_of("early", links={"network_to_arrivals": {"strength": 0.0, "to": "2001Q1"}})
    )
    assert (before.link_strength == 1).all(), "what ends before the case begins never holds"


@pytest.mark.parametrize("name", list_studies())
def test_a_shipped_study_runs(name, great_stone):
    made = load_study(name)
    case = great_stone if made.case == "great-stone" else load_case(made.case)
    assert made.name == name
    for lang in ("en", "zh"):
        assert len({getattr(scenario.title, lang) for scenario in made.scenarios}) == len(made.scenarios)
    settled, has = settle(made.with_changes(runs=3), case)
    result = simulate(settled, case, threads=1, source=has.source)
    assert not result.status.any()
    assert made.scenarios[0] not in made.scenarios[1:]


def test_identity_covers_edits_and_futures(great_stone):
    made = [
        study(scenario_of()), study(scenario_of(edits={"quota": 5001})), study(scenario_of(edits={"quota": 5002})),
        study(scenario_of(edits={"drop": ["shock/pandemic"]})), study(scenario_of(), replicates=2),
    ]  # fmt: skip
    assert len({study_identity(one, great_stone) for one in made}) == len(made)


def test_a_title_is_no_part_of_it_and_a_run_is_shown_under_the_one_it_was_asked_for(great_stone, tmp_path):
    first = baseline("great-stone").with_changes(runs=3)
    other = baseline("great-stone", Title(en="As recorded", zh="如实")).with_changes(runs=3)
    titles = []
    for one in (first, other, other):
        made = Context(tmp_path, threads=1).stored_run(one, great_stone)
        titles.append((made.attrs["identity"], made.attrs["title_en"]))
    assert {identity for identity, _ in titles} == {titles[0][0]}
    assert [title for _, title in titles] == [first.title.en, "As recorded", "As recorded"]


@pytest.mark.parametrize("source", [None, {"draws_hash": "d" * 64}])
def test_identity_is_made_again_from_the_provenance(source, great_stone):
    named = label(study(scenario_of()), great_stone, source)
    assert result_identity(json.loads(named.provenance)) == named.identity
    without = study_identity(study(scenario_of()), great_stone)
    assert (named.identity == without) == (source is None)


def test_two_ways_to_keep_the_old_regime_are_one(great_stone):
    """Dropping the decree is the same as the old threshold and a narrow list for good, bit for bit."""
    dropped = scenario_of("dropped", {"drop": ["decree/2017-05-12"]})
    kept = scenario_of("kept", {"threshold": 5, "narrow_until": "forever"})
    both = simulate(study(dropped, kept), great_stone, threads=1)
    for name in ("registered", "operating", "cash", "commitment_host"):
        assert np.array_equal(both[name].values[0], both[name].values[1])


def test_futures_share_a_draw_and_differ_in_chance(great_stone):
    """Run r has draw r // futures; one future is what there was before."""
    single = simulate(study(runs=4), great_stone, threads=1)
    several = simulate(study(runs=10, replicates=3), great_stone, threads=1)
    draws = several["draws"].values
    assert np.array_equal(draws, single["draws"].values[np.arange(10) // 3])
    assert np.array_equal(several.registered.values[0][0], single.registered.values[0][0])
    assert not np.array_equal(several.registered.values[0][1], several.registered.values[0][0])
    assert len(np.unique(several.demand_home.values[0][:, 0])) == 10


def test_the_rate_of_credit_follows_the_edited_case(great_stone):
    """With two credits in use their mean rate is owed; with one dropped that of the other. Before, nothing is owed."""
    first, second = (line.model_copy(update={"borrower": "company"}) for line in great_stone.finance.credit)
    dearer = second.model_copy(update={"use": True, "rate": second.rate.model_copy(update={"value": 0.06})})
    finance = great_stone.finance.model_copy(update={"credit": (first, dearer)})
    case = great_stone.model_copy(update={"finance": finance})
    made = simulate(
        study(scenario_of(), scenario_of("one", {"drop": [f"credit/{second.key}"]}), draws="defaults"), case, threads=1
    )
    for scenario, rate in enumerate(((170 * 0.03 + 110 * 0.06) / 280, 0.03)):
        interest, debt = made.interest.values[scenario], made.debt.values[scenario]
        owing = (debt[:, :-1] > 1.0) & (made.failed.values[scenario][:, 1:] == 0)
        assert owing.any()
        assert np.allclose((interest[:, 1:] / np.where(owing, debt[:, :-1], 1.0))[owing], rate, rtol=1e-9)


def test_the_price_of_land_counts_as_it_departs_from_the_parks_own():
    """Suzhou's price is drawn, and the reference with it; another price in a scenario departs from the draw."""
    case = load_case("suzhou")
    asked = study(draws="prior").with_changes(case="suzhou")
    drawn = sample(asked, case, 0, 8)
    assert len(set(drawn["land_price"])) == 8
    assert np.array_equal(drawn["reference_price"], drawn["land_price"])
    space = PriorSpace.of(case)
    points = np.random.default_rng(1).uniform(size=(8, space.axes))
    calibrated = space.values(points)
    assert np.array_equal(calibrated["reference_price"], calibrated["land_price"])
    dear = fill(drawn, scenario_of("dear", times={"land_price": 2.0}), asked, 0, 8).company
    assert np.array_equal(dear["land_price"], 2.0 * dear["reference_price"])
    own = case.parameters | {"reference_price": case.parameters["land_price"].model_copy(update={"prior": None})}
    assert set(sample(asked, case.model_copy(update={"parameters": own}), 0, 8)["reference_price"]) == {0.75}
