"""Voting power: published games, counting by hand, and brute force."""

import json
from fractions import Fraction
from itertools import combinations, permutations
from math import factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

import copark
from copark.setmethods.power import power
from tests.methods.shared import METHODS, beside

GAMES = json.loads((METHODS / "power_vectors.json").read_text(encoding="utf-8")) if METHODS.is_dir() else []


@beside
@pytest.mark.parametrize("game", GAMES, ids=lambda game: game["name"])
def test_published_games(game):
    found = power(game["weights"], game["quota"])
    assert list(found.shapley_shubik) == [Fraction(one) for one in game["shapley_shubik"]]
    assert list(found.banzhaf_normalized) == [Fraction(one) for one in game["banzhaf_normalized"]]
    assert list(found.banzhaf_raw) == game["banzhaf_raw"]


def test_by_hand():
    """50, 49, 1 with 51: the first is decisive with either or both (3), the others only with the first alone (1)."""
    found = power([50, 49, 1], 51)
    assert found.banzhaf_raw == (3, 1, 1)
    assert found.shapley_shubik == (Fraction(2, 3), Fraction(1, 6), Fraction(1, 6))


def test_dictators_and_dummies():
    found = power([6800, 3133, 67], 5001)
    assert found.dictator == 0
    assert found.dummies == (1, 2)
    assert power([1, 1], 2).dictator is None


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.integers(1, 40))
def test_brute_force(weights, wanted):
    total = sum(weights)
    if not total:
        return
    quota = min(wanted, total)
    n, raw, orders = len(weights), [], []
    for voter in range(n):
        others = [at for at in range(n) if at != voter]
        sums = [sum(weights[at] for at in some) for size in range(n) for some in combinations(others, size)]
        raw.append(sum(one < quota <= one + weights[voter] for one in sums))
    for voter in range(n):
        pivotal = 0
        for order in permutations(range(n)):
            before = sum(weights[at] for at in order[: order.index(voter)])
            pivotal += before < quota <= before + weights[voter]
        orders.append(Fraction(pivotal, factorial(n)))
    found = power(weights, quota)
    assert list(found.banzhaf_raw) == raw
    assert list(found.shapley_shubik) == orders
    assert sum(found.shapley_shubik) == 1
    assert sum(found.banzhaf_normalized) == 1


def test_large_games_do_not_overflow():
    found = power([1] * 80, 41)
    assert set(found.shapley_shubik) == {Fraction(1, 80)}
    assert found.banzhaf_raw[0] > 2**63


@pytest.mark.parametrize(("weights", "quota"), [([], 1), ([-1, 3], 1), ([1, 1], 3), ([1, 1], 0), ([1] * 101, 51),
                                                ([10**7, 1], 10**7)])  # fmt: skip
def test_games_that_cannot_be_counted_are_refused(weights, quota):
    with pytest.raises(ValueError, match=r"weight|quota|voters"):
        power(weights, quota)


def test_the_document_says_on_whom_the_vote_turns(subtests):
    for weights, quota, words in [
        ("50,49,1", "51", {"en": "1 has the most power: the deciding vote is 1's in 66.7%", "zh": "权力最大的是1"}),
        ("1,1,1", "2", {"en": "1, 2, 3 have the same", "zh": "1、2、3 的权力相同"}),
        ("6800,3133,67", "5001", {"en": "1 decides alone", "zh": "1 一人即可决定"}),
    ]:
        found = copark.power(weights=weights, quota=quota)
        for lang in ("en", "zh"):
            with subtests.test(weights=weights, lang=lang):
                document = found.document(lang)
                assert words[lang] in document.headline
                (table,) = [one for one in document.tables() if one.key == "power"]
                assert [row[3] for row in table.rows] == [str(one) for one in found.power.shapley_shubik]
