"""Choices add up as Python packs them, or are not offered."""

import random

import numpy as np
import pytest

from copark.analyses.context import Context
from copark.browser.packed_park import ParkPacker
from copark.browser.patches import Patch, PatchSet, apply, words_of
from copark.calibration.case_parameters import settle
from copark.cases import list_cases
from copark.cases.horizon import now_for
from copark.decisions.lever_file import load_levers
from copark.errors import CoparkError
from copark.model.arrays import Draws
from copark.simulation.study import baseline

MOST = 7
"""Choices of a combination, at most: more than a park has levers at one time."""


def packer_of(name):
    case = Context().case(name)
    study = baseline(name).with_changes(runs=8, seed=1, now=now_for(case, None))
    settled, parameters = settle(study, case)
    try:
        levers = load_levers(case)
    except CoparkError:
        levers = None
    return ParkPacker(settled, settled.seen(case), levers, parameters.source)


def combination(packer, chance):
    pool = list(packer.choices)
    chance.shuffle(pool)
    chosen = []
    for choice in pool:
        if len(chosen) < MOST and all(choice.goes_beside(other) for other in chosen):
            chosen.append(choice)
    chosen = chosen[: chance.randint(1, MOST)]
    return sorted(chosen, key=packer.choices.index)


def check(packer, chance, count):
    """Compare random combinations with what Python packs; return how many were offered."""
    offered = 0
    for _ in range(count):
        chosen = combination(packer, chance)
        patches = packer.patches.sequence([choice.key for choice in chosen])
        if patches is None:
            continue
        offered += 1
        words = words_of(packer.inputs)
        draws = Draws(*(records.copy() for records in packer.draws))
        apply(patches, words, draws)
        packed = packer.together(chosen)
        keys = [choice.key for choice in chosen]
        assert packed is not None, keys
        assert np.array_equal(words, words_of(packed[0])), keys
        assert all(one.tobytes() == other.tobytes() for one, other in zip(draws, packed[1], strict=True)), keys
    return offered


def test_a_few_combinations_are_what_python_packs():
    assert check(packer_of("lekki"), random.Random(1), 12) >= 10


@pytest.mark.long
def test_a_thousand_combinations_over_all_parks_are_what_python_packs():
    parks = list_cases()
    each = -(-1000 // len(parks))
    offered = sum(check(packer_of(name), random.Random(number), each) for number, name in enumerate(parks))
    assert offered >= 990


def test_every_option_of_a_lever_is_packed_and_changes_something():
    packer = packer_of("lekki")
    keys = {choice.key for choice in packer.choices}
    for since in ("start", "now"):
        for option in packer.file.options(since):
            assert f"{since}/{option.lever.key}/{option.key}" in keys
    assert {choice.kind for choice in packer.choices} == {"option", "structure"}


def patch(**cells):
    places = np.array([int(name[1:]) for name in cells])
    return Patch(places, np.array(list(cells.values())))


def test_what_three_choices_touch_or_does_not_add_up_is_not_offered():
    single = {"a": patch(c1=5), "b": patch(c1=6), "c": patch(c1=7), "d": patch(c2=8)}
    patches = PatchSet(single, frozenset({("a", "d")}))
    assert patches.sequence(["a", "b", "c"]) is None, "three touch a cell"
    assert patches.sequence(["a", "d"]) is None, "refused"
    words = np.zeros(4, np.int64)
    offered = patches.sequence(["a", "b"])
    assert offered is not None
    apply(offered, words, Draws(*[np.zeros(1)] * 5))
    assert words.tolist() == [0, 6, 0, 0], "the later holds"
    assert patches.sequence(["b", "d"]) is not None
