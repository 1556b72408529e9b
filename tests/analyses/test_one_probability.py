"""One probability of each part of a claim: claims, experts and voi show the same number, or it beside their own."""

from math import isfinite

import pytest

from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from tests.asked import table

DRAWS = 100


def asked(name, place, **params):
    analysis = REGISTRY[name]
    found = answer(analysis, analysis.params(**params), Context(place, threads=1)).result
    return found, analysis.document(found, "en")


AS_SHIPPED = {"claims": {}, "experts": {}, "voi": {}}
SMALL = {
    "claims": {"draws": DRAWS},
    "experts": {"draws": DRAWS, "replicates": 2},
    "voi": {"draws": DRAWS, "replicates": 3},
}


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """Return one folder of answers: what a test has asked, the next finds."""
    return tmp_path_factory.mktemp("one-probability")


@pytest.mark.long
@pytest.mark.parametrize(("case", "sizes"), [("great-stone", AS_SHIPPED), ("wsip", SMALL)], ids=["shipped", "small"])
def test_every_page_shows_the_same_probability_of_each_part(case, sizes, out, subtests):
    claims, _ = asked("claims", out, case=case, **sizes["claims"])
    experts, shown = asked("experts", out, case=case, **sizes["experts"])
    known = {(claim.claim.id, ""): claim for claim in claims.claims}
    known |= {(claim.claim.id, one.part.key): one for claim in claims.claims for one in claim.parts}
    assert {(row.claim, row.part) for row in experts.rows} == set(known)
    for row in experts.rows:
        with subtests.test(page="experts", claim=row.claim, part=row.part):
            own = known[row.claim, row.part]
            held = row.held["record"]
            assert (held.word, repr(held.probability)) == (own.word, repr(own.probability))
            assert repr(row.held["prior"].probability) == repr(own.prior_probability)
            if own.turned:
                assert row.held["record_literature"].word == "open", "literature does not make it robust"
    for key in ("claims", "parts"):
        rows = [one for one in experts.rows if bool(one.part) == (key == "parts")]
        made = table(shown, key)
        at = [column.key for column in made.columns].index("record")
        cells = [row[at] for row in made.rows]
        own = [known[one.claim, one.part].probability for one in rows]
        assert cells == [one if isfinite(one) else None for one in own]

    voi, shown = asked("voi", out, case=case, **sizes["voi"])
    assert voi.questions
    for one in voi.questions:
        with subtests.test(page="voi", question=one.key):
            own = known[tuple(one.key.split("/"))]
            assert (one.claimed_word, one.claimed) == (own.word, own.probability)
    made = table(shown, "known")
    at = [column.key for column in made.columns].index("claimed")
    assert [row[at] for row in made.rows] == [one.claimed for one in voi.questions]
    assert "copark claims" in made.note, "and why the share of worlds is another number"


@pytest.mark.long
def test_experts_move_the_probability_of_the_claims_by_what_weights_change(out):
    """What literature changes is the difference it makes on the draws of experts, put to P of the claims."""
    found, _ = asked("experts", out, case="wsip", draws=40, replicates=2)
    more, _ = asked("experts", out, case="wsip", **SMALL["experts"])
    assert found.provenance["claims_draws"] == 40
    assert more.provenance["claims_draws"] == DRAWS
    for row in found.rows:
        for way in ("prior", "record"):
            before, after = row.held[way].probability, row.held[f"{way}_literature"].probability
            assert isfinite(before) == isfinite(after)
            assert not isfinite(after) or 0.0 <= after <= 1.0
