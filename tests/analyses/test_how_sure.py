"""How sure a chance is: what happened, other structures, what is assumed; simulation error is not all of it."""

import pytest

from copark.analyses.how_sure import NONE, Doubts, doubts_of, how_sure, structure_range
from copark.analyses.levers.effects import Reading
from copark.cases import load_case
from copark.stats.shares import shares_of

OUTCOMES = ("failed", "stagnant", "dependent", "self_standing")


def shares(self_standing=0, failed=0):
    """Shares of a hundred runs; those of neither kind stagnate."""
    return shares_of([failed, 100 - self_standing - failed, 0, self_standing], OUTCOMES)


def readings(*standing):
    return [Reading(f"structure-{at}", value, 0.0, 100) for at, value in enumerate(standing)]


@pytest.mark.parametrize(
    ("case", "counts", "contradicts"),
    [
        ("imip", {"self_standing": 2}, True),
        ("imip", {"self_standing": 97}, False),
        ("mckip", {"self_standing": 0}, True),
        ("jinfei", {"failed": 0}, True),
        ("jinfei", {"failed": 80}, False),
        ("lekki", {"self_standing": 86}, False),
        ("lekki", {"failed": 60}, True),
    ],
)
def test_a_recorded_outcome_that_most_runs_deny_is_said_first(case, counts, contradicts):
    doubts = doubts_of(load_case(case), shares(**counts), shows_outcomes=True)
    assert (doubts.contradiction is not None) is contradicts
    if contradicts:
        for lang in ("en", "zh"):
            first = how_sure(None, shares(**counts), readings(0.5, 0.4, 0.9), doubts, lang)[0]
            assert first == getattr(doubts.contradiction, lang)


def test_nothing_is_contradicted_where_no_chance_is_told():
    assert doubts_of(load_case("imip"), shares(self_standing=2), shows_outcomes=False).contradiction is None


def test_assumed_shares_and_taxes_and_imposed_closures_are_said():
    assert set(doubts_of(load_case("sihanoukville"), shares(), shows_outcomes=True).assumed) == {
        "equity", "quota", "threshold", "tax",
    }  # fmt: skip
    assert doubts_of(load_case("great-stone"), shares(), shows_outcomes=True).assumed == ()
    kaesong = doubts_of(load_case("kaesong"), shares(), shows_outcomes=False)
    assert "2016" in kaesong.imposed
    assert any("2016" in sentence for sentence in kaesong.sentences("en"))


def test_the_range_is_that_of_the_other_structures():
    assert structure_range(readings(0.94)) is None
    assert structure_range(readings(0.94, 0.4, 1.0)) == (0.4, 1.0, 2)
    said = how_sure(None, shares(94), readings(0.94, 0.4, 1.0), NONE, "en")
    assert any("40% and 100%" in sentence for sentence in said)
    assert Doubts().sentences("zh") == []


def test_structures_that_agree_are_told_by_one_number():
    from copark.analyses.brief.show import of_structures
    from copark.analyses.contract import Texts

    assert of_structures(readings(0.94, 1.0, 1.0), Texts("brief", "zh")).endswith("均为100%")
    assert "40%至100%" in of_structures(readings(0.94, 0.4, 1.0), Texts("brief", "zh"))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_stacked_forecast_tells_the_model_beside_it_in_the_same_sentence(lang):
    """Simulate and the brief tell the model alone: who reads both pages must see why they differ."""
    from copark.analyses.answer import SHIPPED, listed, load, place_of
    from copark.analyses.registry import REGISTRY
    from copark.presentation.numbers import number

    forecast = REGISTRY["forecast"]
    usual = {"case": "great-stone", "cut": None}
    run_id = next(run_id for run_id, head in listed(SHIPPED, forecast) if usual.items() <= head["params"].items())
    found = load(place_of(SHIPPED, forecast, run_id), forecast).result
    headline = found.document(lang).headline
    low, high, middle = found.as_elsewhere["operating"]
    stacked = found.bands["operating"][:, -1]
    for value in (low, middle, high, *stacked[[0, -1]]):
        assert number(float(value), 0) in headline
