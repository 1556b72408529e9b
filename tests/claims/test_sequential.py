"""Enough runs: the sequential rule stops what is decided, and how often it errs."""

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from copark.analyses.claims import trial as trials
from copark.analyses.claims.evaluation import find
from copark.analyses.claims.rules import RuleCondition
from copark.analyses.claims.standard import standard
from copark.analyses.claims.stopping_rule import SEQUENTIAL, Stopping, stopping
from copark.analyses.claims.verdict import Verdict, holds
from copark.analyses.claims.words import WORDS, side
from copark.cases.validated_yaml import read_shipped
from copark.simulation.measures import ScenarioMeasures
from tests.claims.conftest import SEED, trial_of
from tests.claims.test_verdict import WORLDS, judged

RULE = stopping()
LOOKS = (*RULE.looks.draws, 200)


def verdict(probability, draws):
    return Verdict(probability=probability, word=standard().word(probability, draws))


def test_a_word_is_decided_where_a_wide_interval_holds_no_threshold():
    def decided(probability):
        return [RULE.decided(verdict(probability, draws), draws) for draws in LOOKS]

    assert decided(0.5) == [True, True, True]
    assert decided(1.0) == decided(0.0) == [False, True, True]  # few draws cannot establish
    assert decided(0.85) == [True, True, True]
    assert decided(0.66) == decided(0.34) == decided(0.95) == [False, False, False]
    assert RULE.decided(verdict(float("nan"), 0), 0)
    assert not RULE.decided(replace(verdict(0.15, 200), word="small"), 200)


def test_an_alternative_is_decided_where_it_turns_or_cannot_turn():
    nil, none = np.zeros(RULE.alternatives.draws), np.zeros(0)
    assert RULE.same_side(verdict(0.98, 200), nil, 200)
    assert not RULE.same_side(verdict(0.72, 200), nil, 200)  # nothing moved, but few draws do not tell
    assert RULE.same_side(verdict(0.98, 200), nil - 0.9, 200)
    assert not RULE.same_side(verdict(0.98, 200), nil - 0.27, 200)
    assert RULE.same_side(verdict(0.5, 200), nil + 0.5, 200)  # an open part has no side
    assert RULE.same_side(verdict(0.98, 200), none, 200)
    nulls = [np.zeros(24), np.full(24, 0.3), np.full(24, np.nan)]  # a null model: where the word is against
    assert [bool(RULE.against(one)) for one in nulls] == [True, False, True]


def runs_of(file, case, monkeypatch, **rule):
    """A trial of eight draws by a rule, the runs it made and what it told."""
    written = RULE.model_copy(update={name: getattr(RULE, name).model_copy(update=one) for name, one in rule.items()})
    measure, made, told = ScenarioMeasures.of, [], []

    def counted(*args):
        measured = measure(*args)
        made.append(len(measured.status))
        return measured

    monkeypatch.setattr(trials, "stopping", lambda: written)
    monkeypatch.setattr(ScenarioMeasures, "of", counted)
    trial = trial_of(file, case, sequential=True)
    found = find(trial, lambda *at: told.append(at))
    return trial, found, sum(made), told


FIRST = {"looks": {"draws": (4,)}, "alternatives": {"draws": 4}, "worlds": {"draws": 4}}


def test_what_is_decided_is_run_no_further_and_the_count_told_is_the_count_made(small, great_stone, monkeypatch):
    sure = {"level": {"value": 0.01}}
    trial, found, made, told = runs_of(small, great_stone, monkeypatch, **FIRST, **sure)
    assert found.runs == made < trial.runs
    assert told[-1] == (made, made)
    assert max(total for _, total in told) == trial.runs
    totals = [total for _, total in told]
    assert totals == sorted(totals, reverse=True)
    assert all(done <= total for done, total in told)
    size = found.claims[0].part("size")
    assert {one.draws for one in size.measured.values()} == {4}
    assert found.claims[0].rows[0].runs == 4


def test_without_a_rule_the_run_id_is_that_of_before_there_was_one(small, great_stone):
    plain, ruled = (trial_of(small, great_stone, sequential=sequential) for sequential in (False, True))
    assert plain.identity == trial_of(small, great_stone).identity != ruled.identity
    assert "sequential_sha256" not in plain.provenance
    assert ruled.provenance["sequential_sha256"] == read_shipped(SEQUENTIAL, Stopping)[1]


def by_looks(judge):
    """The verdict at the first look where it is decided, and draws it took."""
    for draws in LOOKS:
        found = judge(draws)
        if RULE.decided(found, draws):
            break
    return found, draws


STRENGTH = {"contradicted": -2, "unlikely": -1, "open": 0, "likely": 1, "established": 2}


@cache
def known(held, draws):
    """The verdict where so many of the draws hold a claim, and whether it is decided."""
    found = verdict(held / draws, draws)
    return STRENGTH[found.word], RULE.decided(found, draws)


def wrong(probability, trials, looks):
    """Share of trials with a stronger word, or one of the other side, than a probability merits, and mean draws."""
    rng, bad, taken = np.random.default_rng(SEED), 0, 0
    merited = STRENGTH[standard().word(probability, 10**9)]
    for held in np.cumsum(rng.uniform(size=(trials, 200)) < probability, axis=1):
        for draws in looks:
            said, decided = known(int(held[draws - 1]), draws)
            if decided:
                break
        bad += abs(said) > abs(merited) or said * merited < 0
        taken += draws
    return bad / trials, taken / trials


TRUTHS = (0.02, 0.051, 0.1, 0.2, 0.335, 0.345, 0.5, 0.655, 0.665, 0.8, 0.9, 0.949, 0.98, 1.0)


def test_words_are_hardly_more_often_wrong_than_without_looking():
    """At the edge of a word, where it is hardest: draws that hold the claim or do not."""
    for truth in (0.051, 0.345, 0.655, 0.949):
        fixed, looked = (wrong(truth, 1000, looks)[0] for looks in (LOOKS[-1:], LOOKS))
        assert looked <= max(fixed, 0.05) + 0.03, truth


@pytest.mark.long
def test_error_rates_of_the_sequential_rule(subtests, capsys):
    """The tables of docs/validity.md: words at and off the edges, and in the made-up models with luck."""
    for truth in TRUTHS:
        fixed, looked = (wrong(truth, 10_000, looks) for looks in (LOOKS[-1:], LOOKS))
        with subtests.test(truth=truth):
            assert looked[0] <= max(fixed[0], 0.05) + 0.02
        with capsys.disabled():
            print(
                f"\nP {truth}: wrong {fixed[0]:.2%} of fixed, {looked[0]:.2%} of sequential, {looked[1]:.0f} draws",
                end="",
            )
    for name, (make, rule, statistic, how, right) in WORLDS.items():
        rng, said, taken, errors = np.random.default_rng(SEED), Counter(), 0, []
        for _ in range(100):
            x, effect, runs = make(rng, *how)
            found, draws = by_looks(lambda n: judged(rule, statistic, x[:n], runs[:n])[0])  # noqa: B023 - used at once
            said[found.word], taken = said[found.word] + 1, taken + draws
            errors.append(found.probability - holds(RuleCondition.model_validate(rule), {statistic: effect}, {}).mean())
        with subtests.test(world=name):
            assert not any(side(word) * right < 0 for word in said)
        with capsys.disabled():
            told = {word: f"{said[word]}%" for word in WORDS if said[word]}
            error = np.sqrt(np.mean(np.square(errors)))
            print(f"\n{name}: {told}, {taken / 100:.0f} draws, root mean square error of P {error:.3f}", end="")
