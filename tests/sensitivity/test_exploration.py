"""Exploring the model: common random numbers, those of the dummy, boxes, samples; what is told and refused."""

import numpy as np
import pytest

from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.analyses.sensitivity import Answer, samples
from copark.calibration.prior import PriorSpace, study_of
from copark.errors import CoparkError
from copark.model.variables import catalogue
from copark.simulation import experiment
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.run import simulate
from copark.simulation.trust import Trust
from copark.store import checkpoints
from copark.store.checkpoints import Stages
from tests.asked import table
from tests.sensitivity.conftest import few_samples


@pytest.fixture(scope="module")
def cube(great_stone):
    return samples.prior_factors(great_stone)


@pytest.fixture(scope="module")
def asked(great_stone):
    return samples.readouts_of(great_stone)


@pytest.fixture(scope="module")
def points(cube):
    return cube.sobol(4, 1)


def test_the_same_point_has_the_same_answer_and_other_random_numbers_another(cube, points, asked):
    twice = np.concatenate([points[:1], points[:1], points[:1]])
    other = np.array([False, False, True])
    found = samples.answers(cube, twice, asked, replicates=3, seed=1, other=other)
    assert np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])


def test_an_answer_is_the_mean_of_its_replicates(cube, points, asked):
    one, two = (samples.answers(cube, points, asked, replicates=r, seed=1) for r in (1, 2))
    other = samples.answers(cube, points, asked, replicates=1, seed=1, other=np.ones(len(points), dtype=bool))
    assert np.allclose(two, (one + other) / 2.0)


def test_runs_may_be_cut_between_the_replicates_of_a_point(cube, points, asked, monkeypatch):
    whole = samples.answers(cube, points, asked, replicates=3, seed=1)
    monkeypatch.setattr(experiment, "CHUNK", 4)
    assert np.array_equal(samples.answers(cube, points, asked, replicates=3, seed=1), whole, equal_nan=True)


def test_the_box_of_a_posterior_holds_nine_tenths_of_each_axis(great_stone):
    space = PriorSpace.of(great_stone)
    points = 0.25 + 0.5 * np.random.default_rng(0).random((2000, space.axes))
    box = samples.posterior_box(space, points)
    assert np.allclose(box.low, 0.275, atol=0.02)
    assert np.allclose(box.high, 0.725, atol=0.02)


def test_what_is_held_is_let_go_over_a_plausible_range(great_stone):
    """Every range is of a parameter that the model holds, and has its default in it."""
    parameters = catalogue().parameters
    for name, plausible in samples.plausible_ranges().items():
        assert parameters[name].low <= plausible["low"] < plausible["high"] <= parameters[name].high, name
        assert plausible["low"] <= parameters[name].default[0] <= plausible["high"], name
        assert plausible["reason"], name
    released = samples.held(great_stone)
    assert set(released) == set(samples.plausible_ranges()), "this case knows and draws none of them"
    for name in samples.plausible_ranges():
        assert parameters[name].prior.kind == "fixed", f"{name} is drawn by the model"
    assert samples.held(samples.let_go(great_stone)) == (), "what a case draws is left as it draws it"
    drawn = set(PriorSpace.of(great_stone).names)
    assert set(samples.prior_factors(samples.let_go(great_stone)).space.names) == drawn | set(released)


def test_a_box_leaves_what_was_held_its_whole_range(great_stone):
    space = PriorSpace.of(great_stone)
    box = samples.posterior_box(space, np.full((10, space.axes), 0.5))
    wide = samples.box_within(PriorSpace.of(samples.let_go(great_stone)), box)
    places = [wide.space.names.index(name) for name in (space.names[0], "cash_reserve")]
    assert wide.low[places].tolist() == [0.5, 0.0]
    assert wide.high[places].tolist() == [0.5, 1.0]


def test_outcomes_are_those_that_are_told_everywhere(great_stone, cube, points, asked):
    """They are read where they are judged, and of the same runs of a study they are the same shares."""
    place = {readout.output: at for at, readout in enumerate(asked)}
    assert asked[place["self_standing"]].title("en").startswith("Probability of being self-standing in ")
    found = samples.answers(cube, points, asked, replicates=3, seed=1)
    source = samples.PointDraws(cube, points, 3, np.zeros(len(points), dtype=bool))
    study = study_of(great_stone, 1).with_changes(draws="posterior", runs=3 * len(points), replicates=3)
    codes = simulate(study, great_stone, source=source, threads=1)["outcome"].to_numpy()[0].reshape(-1, 3)
    for outcome in samples.OUTCOME:
        quarter = asked[place[outcome]].at
        assert quarter == study.judged_in(great_stone.clock.quarters)
        shares = (codes == OUTCOMES.index(outcome)).mean(axis=1)
        assert np.allclose(found[:, place[outcome]], shares)


def test_a_sample_goes_on_within(cube, asked, monkeypatch, tmp_path):
    monkeypatch.setattr(experiment, "CHUNK", 16)
    monkeypatch.setattr(checkpoints, "EVERY", 0.0)
    each, made = experiment.Ensemble.each, []

    def counted(*arguments):
        made.append(1)
        if len(made) == 3:
            raise KeyboardInterrupt
        return each(*arguments)

    monkeypatch.setattr(experiment.Ensemble, "each", counted)
    with pytest.raises(KeyboardInterrupt):
        samples.drawn_sample(cube, asked, 64, 1, stage=Stages(tmp_path, "work").stage("sample"))
    found = samples.drawn_sample(cube, asked, 64, 1, stage=Stages(tmp_path, "work").stage("sample"))
    assert len(made) == 5
    again = samples.drawn_sample(cube, asked, 64, 1)
    assert np.array_equal(found.values, again.values, equal_nan=True)


SENSITIVITY = REGISTRY["sensitivity"]


@pytest.fixture(scope="module", autouse=True)
def quick():
    with few_samples():
        yield


@pytest.fixture(scope="module")
def found(exploration):
    return Answer(**vars(exploration), trust=Trust.without("great-stone", "prior"))


def params(**changes):
    return SENSITIVITY.params(case="great-stone", parameters="prior", **changes)


def test_the_largest_are_in_the_tables_and_all_in_the_frame(found):
    for lang in ("en", "zh"):
        document = found.document(lang)
        shown = table(document, f"sobol-{found.readouts[0].key}")
        assert [row[3].value for row in shown.rows][-1] == found.indices[0].total[-1], "the dummy comes last"
        assert [one.key for one in document.sections] == ["summary", "sobol", "given", "reading"]
    frame = found.to_frame()
    assert len(frame) == len(found.readouts) * (len(found.names) + 1)
    assert np.allclose(frame["total"][: len(found.names) + 1], found.indices[0].total)


def test_what_cannot_be_asked_is_refused_in_words():
    for changes, word in (({"size": 100}, "power of two"), ({"over": "posterior-box"}, "no posterior")):
        with pytest.raises(CoparkError, match=word):
            answer(SENSITIVITY, params(**changes), Context())


def test_parts_of_it_are_whole_documents_of_an_uncalibrated_case(subtests):
    for method in ("sobol", "given"):
        with subtests.test(method=method):
            made = answer(SENSITIVITY, params(method=method, size=2, replicates=1), Context(threads=1))
            for lang in ("en", "zh"):
                document = made.document(lang)
                assert document.trust_state == "uncalibrated"
                assert method in {one.key for one in document.sections}
