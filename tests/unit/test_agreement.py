"""Agreement of two coders."""

from bench.agreement import recorded, report


def test_a_second_coder_is_told_every_case_that_differs():
    ours = recorded()
    theirs = ours | {"mckip": "thriving"}
    sentence = report(ours, {name: word for name, word in theirs.items() if name != "duqm"})
    assert sentence.startswith("37 of 38 agree")
    assert "mckip: surviving / thriving" in sentence
