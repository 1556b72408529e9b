"""Agreement of two coders, beside an example of the literature."""

import pytest
from bench.agreement import recorded, report

from copark.stats.agreement import cohens_kappa


def test_kappa_is_agreement_beyond_chance():
    """Of 50 cases 20 are yes to both, 15 no to both, 5 and 10 differ: 35/50 agree, 0.5 by chance, κ = 0.4."""
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert cohens_kappa(first, second) == pytest.approx(0.4)
    assert cohens_kappa(first, first) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="same cases"):
        cohens_kappa(first, second[1:])


def test_a_second_coder_is_told_every_case_that_differs():
    ours = recorded()
    theirs = ours | {"mckip": "thriving"}
    sentence = report(ours, {name: word for name, word in theirs.items() if name != "duqm"})
    assert sentence.startswith("37 of 38 agree")
    assert "mckip: surviving / thriving" in sentence
