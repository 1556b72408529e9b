"""Posteriors compared by what they say, where a search cannot be repeated number by number, and their limits.

Posteriors that ship are of independent searches, half each: one half is to the other as a search by another seed.
"""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from copark.analyses import REGISTRY
from copark.analyses.calibrate import Answer
from copark.calibration import remade
from copark.calibration.calibrations import load
from copark.calibration.comparison import Apart, Comparison
from copark.calibration.remade import comparison
from copark.cases import load_case
from copark.cases.casebook import POSTERIOR, casebook_path, posteriors_in
from copark.model.machine import cpu_features, versions
from copark.presentation.rendered_document import page_of
from copark.texts.localized import LocalizedText

ELSEWHERE = {**versions(), "cpu_features": "of-another-maker"}


@pytest.fixture(scope="module", params=["itpl-bangalore", "great-stone"])
def stored(request):
    """Load the latest posterior that ships with a park, as if it had been made elsewhere."""
    folders = posteriors_in(casebook_path() / request.param / POSTERIOR)
    posterior = load(load_case(request.param), folders[max(folders)])
    return replace(posterior, recipe={**posterior.recipe, "made_with": ELSEWHERE})


def half(stored, part):
    """Take one of the two searches, the members of its own populations alone."""
    chosen = stored.replay.population % 2 == part
    arrays = {
        name: getattr(stored.replay, name)[chosen] for name in ("points", "addresses", "population", "counterparts")
    }
    return replace(stored, replay=replace(stored.replay, **arrays))


def as_found(stored, shift=0.0):
    """Give posteriors as a search gives them, every coordinate moved by a shift."""
    moved = np.clip(stored.replay.points + shift, 0.001, 0.999) if shift else stored.replay.points
    return SimpleNamespace(replay=replace(stored.replay, points=moved), task=SimpleNamespace(threads=1))


def failed(compared):
    return {distance.what for distance in compared.apart if not distance.within}


def test_a_search_by_another_seed_passes(stored):
    compared = comparison(as_found(half(stored, 1)), half(stored, 0))
    assert not compared.close
    assert compared.largest > 0.5, "pair by pair, nothing is the same"
    assert failed(compared) == set()
    assert compared.alike
    assert compared.passed


def test_one_that_lies_elsewhere_does_not(stored):
    compared = comparison(as_found(half(stored, 1), shift=0.2), half(stored, 0))
    assert "typical" in failed(compared)
    assert not compared.passed


def test_one_that_is_as_wide_as_the_prior_does_not(stored):
    calibration = as_found(stored)
    free = np.random.default_rng(1)
    calibration.replay = replace(calibration.replay, points=free.uniform(size=calibration.replay.points.shape))
    assert failed(comparison(calibration, stored)) & {"medians", "widths", "typical"}


def test_shares_of_outcomes_are_compared_as_closely_as_different_pasts_allow(stored, monkeypatch):
    """Halves and 65 % are 15 points apart: chance over the 126 pasts of Great Stone, not over Bangalore's 309."""
    shares = iter((np.array([0.0, 0.0, 0.5, 0.5]), np.array([0.0, 0.0, 0.35, 0.65])))
    monkeypatch.setattr(remade, "_run_on", lambda *_: (np.zeros((2, 3)), next(shares)))
    failing = failed(comparison(as_found(stored, shift=1e-5), stored))
    assert failing == ({"outcomes"} if stored.replay.pasts > 300 else set())


@pytest.mark.parametrize(("pasts", "even", "absent"), [(400.0, 0.1167, 0.0116), (100.0, 0.2, 0.0460), (10.0, 0.2, 0.2)])
def test_what_chance_allows_by_hand(pasts, even, absent):
    """Of 400 pasts each: 3.3 x sqrt(0.5 x 0.5 / 200) = 0.1167 of a half; never more than 0.2.

    Of an outcome that neither has, which counts as 2 in 804: 3.3 x sqrt(0.0025 x 0.9975 / 200) = 0.0116.
    """
    shares = np.array([0.5, 0.0])
    assert remade._allowed_of_outcomes(shares, shares, pasts, pasts) == pytest.approx([even, absent], abs=1e-4)


def test_on_the_machine_it_was_made_on_numbers_are_compared(stored):
    same_machine = replace(
        stored, recipe={**stored.recipe, "made_with": {**versions(), "cpu_features": cpu_features()}}
    )
    assert comparison(as_found(same_machine), same_machine).identical
    moved = comparison(as_found(same_machine, shift=1e-3), same_machine)
    assert (moved.apart, moved.passed) == ((), False)


def answer(again):
    return Answer(
        run_id="0" * 16,
        provenance={},
        case="great-stone",
        park=LocalizedText(en="Great Stone", zh="巨石"),
        cut="2024Q4",
        again=again,
    )


def test_what_was_compared_is_said_in_both_languages():
    within = Apart("medians", 0.1, 0.3, "enquiry_rate")
    beyond = Apart("outcomes", 0.2, 0.12, "failed")
    others = (Apart("typical", 0.05, 0.12), Apart("forecasts", 0.1, 0.3, "jobs"), Apart("widths", 0.1, 0.3, "hurdle"))
    for distances, passed, words in (
        ((within, *others), True, ("Alike, compared as distributions", "按分布比对")),
        ((within, beyond), False, ("Different, compared as distributions", "不一致（按分布比对）")),
        ((), False, ("cannot be reproduced here", "无法在此复现")),
    ):
        answered = answer(Comparison(identical=False, close=False, largest=0.9, apart=distances))
        assert answered.passed is passed
        for lang, word in zip(("en", "zh"), words, strict=True):
            document = REGISTRY["calibrate"].document(answered, lang)
            assert word in document.headline
            items = [item for section in document.sections for block in section.blocks for item in block.items]
            assert len(items) == len(distances)
            assert all("0.1" in item or "0.05" in item or "0.2" in item for item in items)
            assert page_of(document, whole=True).headline
