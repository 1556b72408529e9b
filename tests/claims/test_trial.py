"""A trial from end to end, small: verdicts, the judgement block, false worlds, what a result leans on."""

import numpy as np
import pytest

from copark.analyses.claims.evaluation import find
from copark.analyses.claims.resamples import leaning, rank_shares
from copark.analyses.claims.samples import Sample
from copark.analyses.claims.sequential import TrialRuns
from copark.simulation.measures import ScenarioMeasures
from copark.store import checkpoints
from copark.store.checkpoints import Stages
from tests.claims.conftest import SEED, trial_of


def part(found, claim, key):
    return next(one for one in found.claims if one.claim.id == claim).part(key)


def test_half_of_the_enquiries_make_a_smaller_park(found):
    size = part(found, "1", "size")
    assert (size.earlier, size.probability, size.prior_probability) == ("supported", 1.0, 1.0)
    assert size.effect.statistic == "size"
    assert size.effect.low < size.effect.mean < size.effect.high < 0.0
    assert size.bounds[0] < size.effect.mean < size.bounds[1] < 0.0
    assert size.measured["size"].draws == 8
    assert size.measured["size"].middle == pytest.approx(np.log(0.5), abs=0.35)
    assert size.measured["part"].middle < 1.0


def test_an_alternative_that_takes_the_effect_away_turns_the_verdict(found):
    """With a tenth of the enquiries set by the judgement the scenario's half is not a half of what the verdict saw."""
    size = part(found, "1", "size")
    by_key = {one.variant: one for one in size.variants}
    assert set(by_key) == {"no-service", "visits-nil"}
    assert by_key["no-service"].departs < -0.5
    assert (by_key["no-service"].probability < 0.5) == by_key["no-service"].turns
    assert size.turned
    assert (size.word, size.why, size.other_words) == ("open", "turned", ()), "what is turned is open, however likely"
    assert found.claims[0].word == "open", "so is the claim whose word rests on it"


def test_where_the_claim_is_false_the_test_refutes_it(found):
    """Nobody comes: the scenarios have nothing to differ in."""
    jobs = part(found, "R-pole", "jobs")
    assert [world.world for world in jobs.refutations] == ["nobody-comes"]
    assert (jobs.refutation.share, jobs.refutation.word, jobs.refutation.identical) == (1.0, "unlikely", False)
    additive = part(found, "1", "additive")
    assert additive.refutations[0].identical
    assert additive.refutation.world == "recentred"  # it leads, and what is by construction does not


def test_a_result_leans_on_what_moves_it():
    rng = np.random.default_rng(SEED)
    drawn = {name: rng.uniform(size=200) for name in ("alpha", "beta")}
    sample = Sample(3.0 * drawn["alpha"] + 0.2 * rng.standard_normal(200))
    (one,) = leaning({"size": sample}, drawn, {"alpha": "unmoved", "beta": "moved"})
    assert (one.parameter, one.statistic, one.rises, one.moved) == ("alpha", "size", True, "unmoved")
    assert one.share > 0.8
    assert [one.tolist() for one in rank_shares(drawn["alpha"], np.ones((200, 1)))] == [[0.0], [0.0]]
    assert leaning({"size": Sample(np.ones(200))}, drawn, {}) == ()


def test_with_the_carrying_link_cut_no_claim_about_a_difference_is_supported(shipped, great_stone):
    """Every shipped part that measures differences, in each of its false worlds, on a few draws of the prior."""
    trial_runs = TrialRuns(trial_of(shipped, great_stone, draws=4))
    levels = {"share", "context", "level", "missing"}
    tried = 0
    for claim, one in shipped.claims.of(shipped.claims.claims):
        if levels & {one.statistics[name].kind for name in one.rule_statistics}:
            continue
        for world in one.false_worlds:
            found = trial_runs.weigh(one, trial_runs.experiment, 4, trial_runs.trial.null_model(world))
            assert found.probability <= 0.5, (claim.id, one.key, world)
            tried += 1
    assert tried > 30


def test_a_stopped_trial_goes_on_with_the_scenarios_it_has(small, great_stone, found, monkeypatch, tmp_path):
    monkeypatch.setattr(checkpoints, "EVERY", 0.0)
    measure, made = ScenarioMeasures.of, []

    def counted(*args):
        made.append(1)
        return measure(*args)

    def stops(*args):
        if len(made) == 5:
            raise KeyboardInterrupt
        return counted(*args)

    monkeypatch.setattr(ScenarioMeasures, "of", stops)
    with pytest.raises(KeyboardInterrupt):
        find(trial_of(small, great_stone), stages=Stages(tmp_path, "work"))
    monkeypatch.setattr(ScenarioMeasures, "of", counted)
    again = find(trial_of(small, great_stone), stages=Stages(tmp_path, "work"))
    needed = len(made)
    made.clear()
    find(trial_of(small, great_stone))
    assert needed == len(made), "a scenario was run twice"
    assert repr(again.claims) == repr(found.claims)
