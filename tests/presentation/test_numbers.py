"""Numbers as a person reads them, in both languages."""

import json
from math import nan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copark import units
from copark.labels import join
from copark.presentation import numbers
from copark.presentation.numbers import bounded, exact, money, number, percent, percent_words, quantity, reach

SHOWN = {
    "two significant figures and thousands": (number, (
        (0.0, "0"), (1234.5, "1,234"), (347.0, "347"), (13.5, "14"), (5.25, "5.2"), (0.067, "0.067"), (-12.0, "−12"),
        (-0.00001, "0"), (nan, "–"), (float("inf"), "–"),
    )),
    "a reported number keeps its digits": (exact, (
        (13.5, "13.5"), (80.48, "80.48"), (1996553.0, "1,996,553"), (0.0, "0"), (-0.9, "−0.9"),
        (850.0000000001, "850"),
    )),
    "shares that only round to nothing or all say so": (percent, (
        (0.5, 0, "50%"), (0.0, 0, "0%"), (1.0, 0, "100%"), (0.002, 0, "<1%"), (0.998, 0, ">99%"), (0.002, 1, "0.2%"),
        (0.005, 0, "<1%"), (0.995, 0, ">99%"), (0.0051, 0, "1%"), (nan, 0, "–"),
    )),
    "sentences say less than": (percent_words, (
        (0.002, "en", "less than 1%"), (0.002, "zh", "不到1%"), (0.3, "zh", "30%"),
    )),
    "money is counted as each language counts": (money, (
        (526.0, "en", "US$526 million"), (526.0, "zh", "5.26亿美元"), (13.5, "en", "US$14 million"),
        (13.5, "zh", "1350万美元"), (-36.0, "en", "−US$36 million"), (-36.0, "zh", "−3600万美元"), (nan, "en", "–"),
    )),
    "units are written after the number": (quantity, (
        (9.0, "companies", "en", "9 companies"), (9.4, "companies", "zh", "9家"), (0.067, "1/yr", "en", "6.7% a year"),
        (0.067, "1/yr", "zh", "每年6.7%"), (0.0145, "M USD/ha", "zh", "1.45万美元/公顷"),
        (0.0, "M USD/yr", "zh", "0美元/年"), (0.5, "1", "en", "0.50"), (nan, "companies", "en", "–"),
        (0.5, "M USD", "zh", "50万美元"),
    )),
    "a range says its unit once": (reach, (
        (56, 399, "companies", "en", "56 to 399 companies"), (56, 399, "companies", "zh", "56至399家"),
        (726, 2278, "M USD", "en", "US$726 to 2,278 million"), (726, 2278, "M USD", "zh", "7.26亿至22.8亿美元"),
        (-26, 60, "M USD", "en", "−US$26 to US$60 million"), (50, 172, "M USD", "zh", "5000万至1.72亿美元"),
        (-0.0707, 94.2, "M USD", "zh", "−7.07万至9420万美元"), (0.0, 27.8, "M USD", "zh", "0至2780万美元"),
        (0.76, 1.0, "1", "en", "0.76 to 1.0"), (nan, 1.0, "1", "en", "–"),
    )),
    "bounds in words": (bounded, (
        (1000, None, "at-least", "persons", "en", "at least 1,000 persons"),
        (347, None, "at-most", "M USD", "zh", "spoken", "不超过3.47亿美元"),
        (17, 20, "range", "companies", "zh", "17至20家"), (23, 27, "range", "M USD/yr", "zh", "2300万至2700万美元/年"),
        (23, 27, "range", "M USD/yr", "en", "23–27 M USD/yr"),
        (23, 27, "range", "M USD", "en", "spoken", "US$23 million–US$27 million"),
        (13.5, None, "exact", "M USD/yr", "en", "bare", "13.5"),
    )),
    "lists in words": (join, (
        ([], "en", ""), (["a"], "en", "a"), (["a", "b", "c"], "en", "a, b and c"),
        (["甲", "乙", "丙"], "zh", "甲、乙和丙"),
    )),
    "basis points lose nothing": (numbers.shares_of, (
        (6800, "68%"), (3141, "31.41%"), (59, "0.59%"), (5001, "50.01%"),
    )),
}  # fmt: skip


@pytest.mark.parametrize("rule", SHOWN)
def test_numbers_are_written_as_each_language_writes_them(rule):
    write, rows = SHOWN[rule]
    for *said, shown in rows:
        assert write(*said) == shown
    assert quantity(23184.2, "BYN m", "zh", reported=True) == "231.842亿白俄罗斯卢布"


@given(st.floats(-1e9, 1e9))
def test_no_number_has_a_hyphen_for_a_minus(value):
    for shown in (number(value), exact(value), numbers.axis_number(value), money(value, "en"), money(value, "zh")):
        assert "-" not in shown
        assert shown != "−0"


def test_the_page_counts_money_as_the_server_does():
    """``frontend/test/numbers.test.ts`` reads the same rows."""
    symbols = {units.title(symbol, "zh"): symbol for symbol in units.UNITS}
    rows = json.loads((Path(__file__).parent / "money.zh.json").read_text(encoding="utf-8"))
    assert len(rows) > 40
    for row in rows:
        assert quantity(row["value"], symbols[row["unit"]], "zh") == row["shown"]
