"""What a reader gets: the verdicts on the shipped scores, the document in both languages, the command."""

import dataclasses
import re
from functools import cache

import pytest

from copark.analyses import REGISTRY
from copark.analyses.across import ask
from copark.analyses.across.ask import Answer
from copark.analyses.across.words import park
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.cli import main
from copark.inference.cross_park.runner import run
from copark.simulation.trust import Trust
from copark.texts import text
from tests.across.conftest import SEED

ACROSS = REGISTRY["claims-across-parks"]

SETS = {
    # claim: (QCA, NCA) on the shipped scores, by the rules alone and after the sweeps; no model is run for these
    "1": ("no_word", "no_word"),
    "2": ("not_supported", "no_word"),
    "3": ("supported", "no_word"),
    "4a": ("undetermined", "not_identified"),
    "4b": ("undetermined", "supported"),
    "5": ("undetermined", "supported"),
    "6": ("not_supported", "not_supported"),
    "7": ("supported", "no_word"),
    "8": ("no_word", "no_word"),
}


@pytest.fixture(scope="module")
def small(file):
    """The rules with two of the deviant parks."""
    kept = tuple(one for one in file.rules.deviants if one.row in ("wsip", "anwara"))
    return dataclasses.replace(file, rules=file.rules.model_copy(update={"deviants": kept}))


@pytest.fixture(scope="module")
def found(small, model):
    told = []
    made = run(small, model, runs=256, seed=SEED, weighed=lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1]
    return Answer(**vars(made) | {"trust": Trust.without("great-stone", "prior")})


@pytest.fixture(scope="module")
def shown(found):
    return cache(lambda lang: ACROSS.document(found, lang))


def test_verdicts_of_sets_and_degrees_on_the_shipped_scores(found):
    assert {one.id: (one.qca.verdict, one.nca.verdict) for one in found.claims if one.id in SETS} == SETS
    assert {
        (one.qca.verdict, one.nca.verdict) for one in found.claims if one.id.startswith("R-")
    } == {("no_word", "no_word")}  # fmt: skip


def test_agreement_and_reasons_follow_from_the_verdicts(found):
    by_id = {one.id: one for one in found.claims}
    assert by_id["3"].agreement == "agree"
    assert by_id["4b"].agreement == "disagree"  # this model says no, NCA yes
    assert by_id["4b"].reasons[0] == "asks_other"
    assert by_id["2"].reasons == ("prior",)
    assert by_id["8"].reasons == ("lacking",)
    assert "block" in by_id["6"].reasons
    assert "floor" in by_id["6"].reasons


def test_the_document_says_everything_by_which_rules(shown, found, subtests):
    for lang in ("en", "zh"):
        with subtests.test(lang=lang):
            document = shown(lang)
            said = repr(document.sections)
            assert {found.run_id, found.file.sha256, found.provenance["intervention"]} <= set(
                dict(document.provenance).values()
            )
            for one in found.claims:
                assert getattr(one.title, lang) in said
                for part in (*one.qca.parts, *one.nca.parts):
                    assert repr(part.part.says.get(lang))[1:-1] in said
                for key in one.reasons:
                    assert text(f"across.reason.{key}", lang) in said.replace("\\'", "'")
            for twin in found.twins:
                assert park(found, twin.deviant.row, lang) in said
                assert repr(twin.deviant.mechanism.get(lang))[1:-1] in said
            assert text("across.limit.coder", lang) in said
            assert text("across.answer.explained", lang) in said
            assert not re.search(r"\{[a-z_]+\}", said)
    english, chinese = (shown(lang) for lang in ("en", "zh"))
    for one, other in zip(english.tables(), chinese.tables(), strict=True):
        numbers = [[cell for cell in row if not isinstance(cell, str)] for row in one.rows]
        assert repr(numbers) == repr([[cell for cell in row if not isinstance(cell, str)] for row in other.rows])


def test_the_answer_is_stored_whole_and_read_again_and_the_command_has_its_former_name(
    found, small, tmp_path, capsys, monkeypatch
):
    """The model's verdicts have a run ID without a run."""
    monkeypatch.setattr(ask, "load_rules", lambda _=None: small)
    monkeypatch.setattr(ask, "compute", lambda params, context: dataclasses.replace(found, run_id=context.run_id))
    asked = {"draws": 2, "futures": 1, "runs": 64, "seed": SEED, "parameters": "prior"}
    one = answer(ACROSS, ACROSS.params(**asked), Context(tmp_path))
    again = answer(ACROSS, ACROSS.params(**asked), Context(tmp_path))
    assert (one.reused, again.reused) == (False, True)
    assert repr(again.document("zh")) == repr(one.document("zh"))
    assert (
        answer(ACROSS, ACROSS.params(**asked | {"draws": 3}), Context(tmp_path, keeps=False)).result.run_id
        != one.result.run_id
    )
    options = ["--draws", "2", "--futures", "1", "--runs", "64", "--seed", str(SEED), "--prior", "--out", str(tmp_path)]
    with pytest.raises(SystemExit) as leaving:
        main(["claims", "--all-parks", *options, "--format", "json", "--lang", "zh"])
    said = capsys.readouterr()
    assert leaving.value.code == 0
    assert text("across.verdict.no_word", "zh") in said.out
    assert text("analyses.reused", "zh") in said.err


@pytest.mark.long
def test_verdicts_of_the_model_are_read_where_they_were_found(tmp_path):
    size = {"draws": 2, "futures": 1, "seed": SEED, "parameters": "prior"}
    claims = REGISTRY["claims"]
    model = answer(claims, claims.params(case="great-stone", **size), Context(tmp_path)).result
    kept = (tmp_path / "results" / "claims" / model.run_id / "result.json").stat().st_mtime_ns
    across = answer(ACROSS, ACROSS.params(runs=64, **size), Context(tmp_path)).result
    assert across.provenance["intervention"] == model.run_id
    assert {one.id: one.intervention for one in across.claims} == {one.claim.id: one.word for one in model.claims}
    assert (tmp_path / "results" / "claims" / model.run_id / "result.json").stat().st_mtime_ns == kept
