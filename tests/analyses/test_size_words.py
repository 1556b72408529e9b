"""How large a park is then, in words: a middle is told where its range lies within a factor of ten."""

import pytest

from copark.analyses.size_words import band_words, land_words, size_clause, spans_too_much
from copark.simulation.size import LandTakenUp


def test_a_range_is_said_to_be_one_of_runs():
    land = LandTakenUp("planned", 0.12, 0.70, 0.99)
    assert size_clause((42.0, 79.0, 158.0), land, "en") == (
        "it then has 79 companies in operation (90% of runs: 42 to 158), and 70% (12% to 99%) of the planned land is "
        "taken up"
    )
    assert size_clause((42.0, 79.0, 158.0), land, "zh") == (
        "届时运营企业79家（90%的模拟为42至158家），规划用地占用70%（12%至99%）"
    )


def test_no_middle_is_told_of_a_range_that_spans_a_factor_of_ten():
    """As a forecast does not either: brief, run and forecast say the same of the same runs."""
    land = LandTakenUp("serviced", 0.04, 0.24, 0.91)
    english = size_clause((55.0, 254.0, 1178.0), land, "en")
    assert english == (
        "how many companies then operate cannot be told to within a factor of ten (90% of runs: 55 to 1,178), and 4% "
        "to 91% of the serviced land is taken up"
    )
    chinese = size_clause((55.0, 254.0, 1178.0), land, "zh")
    assert "无法判断（90%的模拟为55至1,178家）" in chinese
    assert "254" not in english + chinese
    assert "24%" not in english + chinese


@pytest.mark.parametrize(("lang", "title", "band"), [
    ("en", "Serviced land taken up", "4% to 58%, more than a factor of ten apart"),
    ("zh", "已开发土地占用率", "4%至58%，跨度超过十倍"),
])  # fmt: skip
def test_land_is_warned_of_wherever_its_card_stands(lang, title, band):
    """Report, brief and page have their words of land from here."""
    words = land_words(LandTakenUp("serviced", 0.04, 0.34, 0.58), lang)
    assert (words.title, words.middle, words.band) == (title, "34%", band)


def test_a_count_that_may_be_none_has_no_middle():
    assert "1 company" not in size_clause((0.0, 1.0, 12.0), None, "en")


def test_ends_that_round_alike_are_one_number():
    assert size_clause((0.0, 0.0, 0.0), None, "en") == "it then has 0 companies in operation"
    land = LandTakenUp("planned", 1.0, 1.0, 1.0)
    assert size_clause((5.0, 5.0, 5.0), land, "zh") == "届时运营企业5家，规划用地占用100%"


@pytest.mark.parametrize(("low", "high", "too_much"), [(10, 100, False), (10, 101, True), (0, 1, True), (0, 0, False)])
def test_a_factor_of_ten_is_still_told(low, high, too_much):
    assert spans_too_much(low, high) is too_much
    assert ("more than a factor of ten" in band_words("90% of runs", low, high, "en")) is too_much
