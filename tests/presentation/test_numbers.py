"""Numbers as a person reads them, in both languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copark.labels import join
from copark.presentation import numbers

ROUNDED = [
    (0.0, "0"), (1234.5, "1,234"), (347.0, "347"), (13.5, "14"), (5.25, "5.2"), (0.067, "0.067"), (-12.0, "−12"),
    (-0.00001, "0"), (float("nan"), "–"), (float("inf"), "–"),
]  # fmt: skip


def test_two_significant_figures_and_thousands(subtests):
    for value, shown in ROUNDED:
        with subtests.test(value=value, shown=shown):
            assert numbers.number(value) == shown


def test_a_reported_number_keeps_its_digits(subtests):
    digits = {13.5: "13.5", 80.48: "80.48", 1996553.0: "1,996,553", 0.0: "0", -0.9: "−0.9", 850.0000000001: "850"}
    for value, shown in digits.items():
        with subtests.test(value=value, shown=shown):
            assert numbers.exact(value) == shown


SHARES = [
    (0.5, 0, "50%"), (0.0, 0, "0%"), (1.0, 0, "100%"), (0.002, 0, "<1%"), (0.998, 0, ">99%"), (0.002, 1, "0.2%"),
    (0.005, 0, "<1%"), (0.995, 0, ">99%"), (0.0051, 0, "1%"),
    (float("nan"), 0, "–"),
]  # fmt: skip


def test_shares_that_only_round_to_nothing_or_all_say_so(subtests):
    for share, places, shown in SHARES:
        with subtests.test(share=share, places=places, shown=shown):
            assert numbers.percent(share, places) == shown


def test_sentences_say_less_than():
    assert numbers.percent_words(0.002, "en") == "less than 1%"
    assert numbers.percent_words(0.002, "zh") == "不到1%"
    assert numbers.percent_words(0.3, "zh") == "30%"


@pytest.mark.parametrize(
    ("value", "en", "zh"),
    [
        (526.0, "US$526 million", "5.26亿美元"), (13.5, "US$14 million", "1350万美元"),
        (-36.0, "−US$36 million", "−3600万美元"), (float("nan"), "–", "–"),
    ],
)  # fmt: skip
def test_money_is_counted_as_each_language_counts(value, en, zh):
    assert numbers.money(value, "en") == en
    assert numbers.money(value, "zh") == zh


def test_units_are_written_after_the_number():
    assert numbers.quantity(9.0, "companies", "en") == "9 companies"
    assert numbers.quantity(9.4, "companies", "zh") == "9家"
    assert numbers.quantity(0.067, "1/yr", "en") == "6.7% a year"
    assert numbers.quantity(0.067, "1/yr", "zh") == "每年6.7%"
    assert numbers.quantity(23184.2, "BYN m", "zh", reported=True) == "231.842亿白俄罗斯卢布"
    assert numbers.quantity(0.0145, "M USD/ha", "zh") == "1.45万美元/公顷"
    assert numbers.quantity(0.0, "M USD/yr", "zh") == "0美元/年"
    assert numbers.quantity(0.5, "1", "en") == "0.50"
    assert numbers.quantity(float("nan"), "companies", "en") == "–"


RANGES = [
    (56, 399, "companies", "en", "56 to 399 companies"), (56, 399, "companies", "zh", "56至399家"),
    (726, 2278, "M USD", "en", "US$726 to 2,278 million"), (726, 2278, "M USD", "zh", "7.26至22.8亿美元"),
    (-26, 60, "M USD", "en", "−US$26 to US$60 million"), (50, 172, "M USD", "zh", "5000万美元至1.72亿美元"),
    (0.76, 1.0, "1", "en", "0.76 to 1.0"), (float("nan"), 1.0, "1", "en", "–"),
]  # fmt: skip


def test_a_range_says_its_unit_once(subtests):
    for low, high, unit, lang, shown in RANGES:
        with subtests.test(low=low, high=high, unit=unit, lang=lang, shown=shown):
            assert numbers.reach(low, high, unit, lang) == shown


def test_bounds_in_words():
    assert numbers.bounded(1000, None, "at-least", "persons", "en") == "at least 1,000 persons"
    assert numbers.bounded(347, None, "at-most", "M USD", "zh", "spoken") == "不超过3.47亿美元"
    assert numbers.bounded(17, 20, "range", "companies", "zh") == "17–20家"
    assert numbers.bounded(23, 27, "range", "M USD/yr", "zh") == "2300–2700万美元/年"
    assert numbers.bounded(23, 27, "range", "M USD/yr", "en") == "23–27 M USD/yr"
    assert numbers.bounded(23, 27, "range", "M USD", "en", "spoken") == "US$23 million–US$27 million"
    assert numbers.bounded(13.5, None, "exact", "M USD/yr", "en", "bare") == "13.5"


def test_lists_in_words():
    assert join([], "en") == ""
    assert join(["a"], "en") == "a"
    assert join(["a", "b", "c"], "en") == "a, b and c"
    assert join(["甲", "乙", "丙"], "zh") == "甲、乙和丙"


@pytest.mark.parametrize(("points", "shown"), [(6800, "68%"), (3141, "31.41%"), (59, "0.59%"), (5001, "50.01%")])
def test_basis_points_lose_nothing(points, shown):
    assert numbers.shares_of(points) == shown


@given(st.floats(-1e9, 1e9))
def test_no_number_has_a_hyphen_for_a_minus(value):
    for shown in (
        numbers.number(value),
        numbers.exact(value),
        numbers.axis_number(value),
        numbers.money(value, "en"),
        numbers.money(value, "zh"),
    ):
        assert "-" not in shown
        assert shown != "−0"
