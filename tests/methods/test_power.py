"""Voting power: published games, counting by hand, and brute force."""

import json
from fractions import Fraction
from itertools import combinations, permutations
from math import factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

import copark
from copark.setmethods.voting_power import power
from tests.asked import table
from tests.methods.shared import METHODS, beside

GAMES = json.loads((METHODS / "power_vectors.json").read_text(encoding="utf-8")) if METHODS.is_dir() else []


@beside
@pytest.mark.parametrize("game", GAMES, ids=lambda game: game["name"])
def test_published_games(game):
    indices = power(game["weights"], game["quota"])
    assert list(indices.shapley_shubik) == [Fraction(share) for share in game["shapley_shubik"]]
    assert list(indices.banzhaf_normalized) == [Fraction(share) for share in game["banzhaf_normalized"]]
    assert list(indices.banzhaf_raw) == game["banzhaf_raw"]


def test_by_hand():
    """50, 49, 1 with 51: the first is decisive with either or both (3), the others only with the first alone (1)."""
    indices = power([50, 49, 1], 51)
    assert indices.banzhaf_raw == (3, 1, 1)
    assert indices.shapley_shubik == (Fraction(2, 3), Fraction(1, 6), Fraction(1, 6))
    indices = power([6800, 3133, 67], 5001)
    assert (indices.dictator, indices.dummies) == (0, (1, 2))
    assert power([1, 1], 2).dictator is None
    large = power([1] * 80, 41)
    assert set(large.shapley_shubik) == {Fraction(1, 80)}
    assert large.banzhaf_raw[0] > 2**63


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6).filter(any), st.integers(1, 40))
def test_brute_force(weights, quota_drawn):
    quota = min(quota_drawn, sum(weights))
    voters = range(len(weights))

    def swings(voter, coalitions):
        return sum(
            sum(weights[member] for member in some) in range(quota - weights[voter], quota) for some in coalitions
        )

    raw, orders = [], []
    for voter in voters:
        others = [other for other in voters if other != voter]
        raw.append(swings(voter, (some for size in voters for some in combinations(others, size))))
        before = (order[: order.index(voter)] for order in permutations(voters))
        orders.append(Fraction(swings(voter, before), factorial(len(weights))))
    indices = power(weights, quota)
    assert list(indices.banzhaf_raw) == raw
    assert list(indices.shapley_shubik) == orders
    assert sum(indices.shapley_shubik) == sum(indices.banzhaf_normalized) == 1


@pytest.mark.parametrize(("weights", "quota"), [([], 1), ([-1, 3], 1), ([1, 1], 3), ([1, 1], 0), ([1] * 101, 51),
                                                ([10**7, 1], 10**7)])  # fmt: skip
def test_games_that_cannot_be_counted_are_refused(weights, quota):
    with pytest.raises(ValueError, match=r"weight|quota|voters"):
        power(weights, quota)


def test_the_document_says_on_whom_the_vote_turns():
    for weights, quota, *words in (
        ("50,49,1", "51", "1 has the most power: the deciding vote is 1's in 66.7%", "权力最大的是1"),
        ("1,1,1", "2", "1, 2, 3 have the same", "1、2、3 的权力相同"),
        ("6800,3133,67", "5001", "1 decides alone", "1 一人即可决定"),
    ):
        answer = copark.power(weights=weights, quota=quota)
        for lang, sentence in zip(("en", "zh"), words, strict=True):
            document = answer.document(lang)
            assert sentence in document.headline
            assert [row[3] for row in table(document, "power").rows] == list(map(str, answer.power.shapley_shubik))
