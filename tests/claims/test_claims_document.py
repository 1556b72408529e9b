"""Claims from end to end on a small file: the document in both languages, the command, and what is read again."""

import re
from dataclasses import replace
from functools import cache

import pytest

from copark.analyses import REGISTRY
from copark.analyses.answer import answer, run_id_of
from copark.analyses.claims.scenarios import trial_study
from copark.analyses.claims.words import WORDS
from copark.analyses.context import Context
from copark.presentation.document import Bullets, Caveat
from copark.simulation.trust import Trust
from copark.texts import text
from tests.asked import table
from tests.claims.conftest import SEED, SMALL

CLAIMS = REGISTRY["claims"]
ASKED = {"case": "great-stone", "draws": 8, "replicates": 1, "seed": SEED, "file": SMALL, "parameters": "prior"}


CALIBRATED = Trust("calibrated", "shipped", "great-stone", "2020Q4", 20)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("claims")


@pytest.fixture(scope="module")
def first(place):
    context = Context(place, threads=1)
    return answer(CLAIMS, CLAIMS.params(**ASKED), context), context


@pytest.fixture(scope="module")
def shown(first):
    return cache(first[0].document)


def told(document):
    return repr(document.sections)


def test_what_was_found_is_read_again_in_another_language_with_the_verdicts_of_the_engine(first, place, found):
    one, context = first
    again = answer(CLAIMS, CLAIMS.params(**ASKED), Context(place, on_workload=pytest.fail))
    assert (one.reused, again.reused) == (False, True)
    assert repr(again.result.document("zh")) == repr(one.result.document("zh"))
    assert one.result.run_id == context.run_id
    assert run_id_of(CLAIMS, CLAIMS.params(**ASKED | {"seed": 2}), context) != context.run_id
    assert repr(again.result.claims) == repr(found.claims)
    frame = again.result.to_frame()
    assert list(frame["part"]) == ["size", "additive", "jobs", "growth"]
    assert set(frame["word"]) <= set(WORDS)


def test_the_document_says_every_verdict_and_by_which_rules_in_both_languages(first, shown, found, subtests):
    for lang in ("en", "zh"):
        with subtests.test(lang=lang):
            document = shown(lang)
            said = told(document)
            made = dict(document.provenance).values()
            assert {first[0].result.run_id, found.file.sha256, "2026-11-24"} <= set(made)
            for claim in found.claims:
                assert getattr(claim.claim.title, lang) in said
                for part in claim.parts:
                    assert text(f"claims.word.{part.word}", lang) in said
                    assert part.part.says.text(lang) in said
                    assert part.part.reason.text(lang).rstrip("。.") in said
            assert text("claims.found.prior_alone", lang) in said
            one, row = found.claims[0], table(document, "claims").rows[0]
            assert row[1:4] == (text(f"claims.word.{one.word}", lang), one.probability, one.prior_probability)
            assert "2026-11-29" in dict(document.provenance)[text("claims.provenance.standard", lang)]
            assert not re.search(r"\{[a-z_]+\}|\bnan\b|None'", re.sub(r"'[^']*nan[^']*'", "", said))
    english, chinese = (shown(lang) for lang in ("en", "zh"))
    for one, other in zip(english.tables(), chinese.tables(), strict=True):
        numbers = [[cell for cell in row if not isinstance(cell, str)] for row in one.rows]
        assert repr(numbers) == repr([[cell for cell in row if not isinstance(cell, str)] for row in other.rows])


def test_verdicts_of_a_park_that_is_not_calibrated_say_so_beside_them_and_tell_no_shares_of_outcomes(shown, first):
    document = shown("en")
    assert document.trust_state == "uncalibrated"
    meaning = Trust.without("great-stone", "prior").meaning("en")
    assert any(isinstance(one, Caveat) and meaning in one.text for one in document.sections[0].blocks)
    keys = {column.key for one in document.tables() for column in one.columns}
    assert not keys & {"failed", "self_standing"}
    known = CLAIMS.document(replace(first[0].result, trust=CALIBRATED), "en")
    assert {"failed", "self_standing"} <= {column.key for one in known.tables() for column in one.columns}


def test_a_word_that_other_draws_may_not_repeat_says_so_wherever_it_is_said(first, subtests):
    """In the table, beside P and its sampling error, in the sentence of the verdict and in the headline."""
    result = first[0].result
    unsteady = {"word": "open", "probability": 0.71, "sampling_error": 0.03, "other_words": ("likely",)}
    claim = replace(
        result.claims[0], **unsteady, parts=tuple(replace(part, **unsteady) for part in result.claims[0].parts)
    )
    changed = replace(result, claims=(claim, *result.claims[1:]))
    clauses = {"en": "open (other draws may say “likely”)", "zh": "尚无定论（换一批参数组则可能是“可能成立”）"}
    for lang, clause in clauses.items():
        with subtests.test(lang=lang):
            document = CLAIMS.document(changed, lang)
            for key, at in (("claims", 1), ("parts", 1)):
                row = table(document, key).rows[0]
                assert row[at] == clause
                assert (row[at + 1].low, row[at + 1].value, row[at + 1].high) == pytest.approx(
                    (0.71 - 0.055, 0.71, 0.71 + 0.055), abs=0.001
                )
            sections = {section.key: repr(section) for section in document.sections}
            assert clause in sections["claim-1"]
            title = getattr(claim.claim.title, lang)
            assert text("claims.headline.other_draws", lang, claims=title) in document.headline
            alone = CLAIMS.document(replace(result, claims=(claim,)), lang)
            assert clause in alone.headline
            steady = replace(claim, other_words=())
            assert clause not in CLAIMS.document(replace(result, claims=(steady,)), lang).headline


def test_what_nothing_can_measure_is_called_not_tested(shown, subtests):
    """“Open” reads as a verdict; of growth there are no numbers."""
    for lang, words in (("en", "open (not tested)"), ("zh", "尚无定论（未作检验）")):
        with subtests.test(lang=lang):
            assert table(shown(lang), "parts").rows[-1][1] == words


def test_the_answer_says_when_outcomes_are_judged(first, great_stone):
    """P of an outcome means nothing without its date: that of the study whose runs were judged."""
    known = replace(first[0].result, trust=CALIBRATED)
    study = trial_study(great_stone, 2, 1, 1, "prior")
    quarter = str(great_stone.clock.start + study.judged_in(great_stone.clock.quarters))
    for lang, words in (("en", f"judged at the end of {quarter}, 20 years after"), ("zh", "以2032年第二季度末")):
        document = known.document(lang)
        assert any(words in getattr(block, "text", "") for block in document.sections[0].blocks)
        assert all(words in entry.note for entry in document.tables() if entry.key.startswith("evidence"))
    without_outcomes = replace(
        known, claims=tuple(claim for claim in known.claims if not any(map(asks_outcome, claim.parts)))
    )
    assert "judged at the end of" not in repr(without_outcomes.document("en").sections[0])


def asks_outcome(part):
    return any(statistic.outcome for statistic in part.part.statistics.values())


def test_a_claim_that_an_alternative_turns_says_why_it_is_open(first):
    """Open at 94 % read as a fault of the command: the reason stood in a column that the screen left out."""
    known = first[0].result
    turned = [claim for claim in known.claims if claim.turned]
    others = [claim for claim in known.claims if claim.word == "open" and not claim.turned]
    assert turned
    assert others
    for lang, reason in (("en", "since an alternative assumption turns"), ("zh", "因替代假定可使其原有用语翻转")):
        document = known.document(lang)
        held = next(block for block in document.sections[0].blocks if isinstance(block, Bullets))
        (sentence,) = (item for item in held.items if reason in item)
        assert all(getattr(claim.claim.title, lang) in sentence for claim in turned)
        assert not any(getattr(claim.claim.title, lang) in sentence for claim in others)
        alone = replace(known, claims=(turned[0],)).document(lang)
        assert reason in alone.headline
