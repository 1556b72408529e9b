"""A case that brings no claims has a general set, less what its facts do not bear; what is left out is named."""

from __future__ import annotations

import pytest

from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.cases.load import load_case
from copark.inference.claims import Trial, TrialPlan
from copark.inference.claims.claims_file import FILE, general_claims
from copark.presentation.document import Caveat
from tests.claims.conftest import SEED

CLAIMS = REGISTRY["claims"]
IDS = ["1", "2", "3", "4a", "4b", "5", "6", "R-tax", "R-rescue"]


@pytest.fixture(scope="module")
def kaesong():
    """A park of which neither partners nor ties are on record."""
    return load_case("kaesong")


def test_every_scenario_assumption_and_model_of_the_set_changes_something(kaesong, subtests):
    for case in (kaesong, load_case("suzhou")):
        with subtests.test(case=case.name):
            file = general_claims(case, outcomes=True)
            Trial(file, case, TrialPlan(2, 1, SEED, 1, "prior"), file.claims.claims, None).check()
            for claim, part in file.claims.of(file.claims.claims):
                assert set(part.uses) <= set(file.claims.arms)
                assert part.false_worlds
                assert set(claim.headline.parts) <= {one.key for one in claim.parts}
                assert all(one.at is None or one.at < case.clock.quarters for one in part.statistics.values())


def test_what_a_parks_facts_do_not_bear_is_left_out_and_named(kaesong):
    file = general_claims(kaesong, outcomes=True)
    assert file.general
    assert [one.id for one in file.claims.claims] == [one for one in IDS if one not in ("4b", "R-tax")]
    assert "no-ties" not in file.claims.arms
    assert [one.en for one in file.left_out] == [
        "Top-level cooperation guarantees nothing by itself (Without a network)",
        "Networking with global partners is a key",
        "Rather the tax holiday",  # its enterprises pay 10 to 14 %
    ]
    whole = general_claims(load_case("suzhou"), outcomes=True)
    assert [one.id for one in whole.claims.claims] == IDS
    assert whole.left_out == ()
    assert whole.sha256 != file.sha256
    assert general_claims(kaesong, outcomes=True).sha256 == file.sha256


def test_nothing_is_asked_of_outcomes_that_may_not_be_told(kaesong):
    file = general_claims(kaesong, outcomes=False)
    assert not {"6", "R-rescue"} & {one.id for one in file.claims.claims}
    assert {"Only when interests and benefits are both handled", "Rather that somebody may rescue the company"} <= {
        one.en for one in file.left_out
    }


def test_a_case_that_brings_claims_has_its_own(great_stone, shipped):
    from copark.analyses.claims import written

    assert written(CLAIMS.params(case="great-stone"), Context()) == shipped
    assert written(CLAIMS.params(case="kaesong"), Context()).name == FILE.name
    assert not shipped.general


def test_verdicts_of_the_set_say_that_it_is_general_and_how_far_its_parameters_are_trusted(tmp_path, subtests):
    asked = {"case": "kaesong", "draws": 4, "futures": 1, "seed": SEED, "parameters": "prior", "claim": ("4a",)}
    found = answer(CLAIMS, CLAIMS.params(**asked), Context(tmp_path, threads=1))
    assert [one.claim.id for one in found.result.claims] == ["4a"]
    for lang, words in (("en", "Networking with global partners is a key"), ("zh", "与全球合作伙伴的联网是关键")):
        with subtests.test(lang=lang):
            document = found.document(lang)
            said = " ".join(block.text for block in document.sections[0].blocks if isinstance(block, Caveat))
            assert words in said
            assert found.result.trust.meaning(lang) in said
            assert document.trust_state == "uncalibrated"
            listed = CLAIMS.listing(CLAIMS.params(case="kaesong"), Context(), lang)
            assert words in " ".join(block.text for block in listed.blocks() if isinstance(block, Caveat))
    assert answer(CLAIMS, CLAIMS.params(**asked), Context(tmp_path)).reused
