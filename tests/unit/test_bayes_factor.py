"""What data say of a claim is not how probable it is: likely claims may have the data against them."""

from math import inf, isnan, nan

import pytest

from copark.stats.bayes_factor import bayes_factor


def test_odds_by_hand():
    assert bayes_factor(0.75, 0.5) == pytest.approx(3.0)
    assert bayes_factor(0.88, 0.96) == pytest.approx((0.88 / 0.12) / (0.96 / 0.04)), "likely, and data speak against it"
    assert bayes_factor(0.3, 0.3) == pytest.approx(1.0)
    assert bayes_factor(0.0, 0.5) == 0.0
    assert bayes_factor(1.0, 0.5) == inf


@pytest.mark.parametrize(("probability", "prior"), [(0.5, 0.0), (0.5, 1.0), (nan, 0.5), (0.5, nan)])
def test_where_the_prior_decides_data_cannot_say_anything(probability, prior):
    assert isnan(bayes_factor(probability, prior))
