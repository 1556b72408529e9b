"""Editions of the claims: none is ever edited, the newest is read, and the abstract has a place for every part."""

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from copark.analyses.answer import SHIPPED, listed, load, place_of
from copark.analyses.claims.claims_file import ClaimsFaults, examine, load_claims
from copark.analyses.claims.general_set import general_claims
from copark.analyses.claims.schema import AS_IT_IS, is_empty, upon
from copark.analyses.claims.show import CORRECTED
from copark.analyses.claims.trial import rules_of
from copark.analyses.registry import REGISTRY
from copark.cases import load_case
from copark.cases.casebook import CLAIMS, CLAIMS_EDITIONS, casebook_path, claims_of
from copark.version import MODEL_VERSION
from tests.asked import call
from tests.claims.conftest import OF_MODEL_1, trial_of

GREAT_STONE = casebook_path() / "great-stone"
SHA256 = {
    # under the tag model-1, no longer here
    "claims.yaml": "cdc09e623d6ec8f5e6ff18a11dc88343f9ad396684487d94f424d9505c1d423b",
    "claims-2.yaml": "6b8174325458ed5eac41a32980d31e4b0541e4beca61ce188b96444cbb5766c8",
}
"""Of the bytes of each edition, as it was fixed: a change of an edition is another edition."""
TABLES = [Path(__file__).parents[2] / "docs/model" / f"claims-and-source{end}" for end in (".md", ".zh.md")]


def test_no_edition_is_edited():
    assert tuple(SHA256) == CLAIMS_EDITIONS
    assert [path.name for path in GREAT_STONE.glob("claims*.yaml")] == [CLAIMS_EDITIONS[-1]]
    for path in GREAT_STONE.glob("claims*.yaml"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == SHA256[path.name], path.name


def test_the_newest_edition_is_read_and_the_answer_says_which(great_stone, shipped):
    assert claims_of(great_stone) == GREAT_STONE / CLAIMS_EDITIONS[-1]
    assert shipped.name == CLAIMS_EDITIONS[-1]
    assert rules_of(shipped, sequential=True)["claims"] == SHA256[shipped.name]
    provenance = trial_of(shipped, great_stone, draws=2).provenance
    assert (provenance["claims_name"], provenance["claims_sha256"]) == (shipped.name, SHA256[shipped.name])


def test_an_edition_for_an_earlier_model_says_which_model_it_belongs_to(great_stone, tmp_path, capsys, subtests):
    """Not of each key that is gone, nor that it might be written otherwise: an edition is never edited."""
    first = tmp_path / CLAIMS
    first.write_text(OF_MODEL_1, encoding="utf-8")
    with pytest.raises(ClaimsFaults) as caught:
        load_claims(first, great_stone)
    (fault,) = caught.value.faults
    assert (fault.code, fault.file, fault.values["version"]) == ("claims.version_1", CLAIMS, MODEL_VERSION)
    written = first.read_text(encoding="utf-8").splitlines()[fault.line - 1]
    assert fault.values["found"] in written
    for lang, words in (("en", "version 1 of the model"), ("zh", "模型第1版")):
        with subtests.test(lang=lang):
            code, _, said = call(["claims", "great-stone", "--file", first, "--lang", lang], capsys)
            assert code == 1
            assert all(word in said for word in (f"{CLAIMS}:{fault.line}", words, "model-1"))


def test_a_file_with_more_faults_than_its_age_tells_them_all(great_stone, tmp_path):
    (tmp_path / CLAIMS).write_text(OF_MODEL_1.replace("fixed: 2026-11-24", "fixed: 2026-13-24"), encoding="utf-8")
    codes = [fault.code for fault in examine(tmp_path / CLAIMS, great_stone)[1]]
    assert codes == ["claims.version_1", "cases.no_such_day"]


def test_a_folder_that_brings_an_older_edition_has_its_own(great_stone, tmp_path):
    (tmp_path / CLAIMS).write_text(OF_MODEL_1, encoding="utf-8")
    assert claims_of(great_stone.model_copy(update={"folder": tmp_path})) == tmp_path / CLAIMS


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.name)
def test_every_part_of_every_claim_has_its_place_beside_the_abstract(shipped, table):
    text = table.read_text(encoding="utf-8")
    parts = {f"{claim.id}/{part.key}" for claim, part in shipped.claims.of(shipped.claims.claims)}
    told = {word for word in re.findall(r"`([^`\s]+/[^`\s]+)`", text) if not word.startswith("src/")}
    assert told == parts
    assert all(sha256 in text for sha256 in SHA256.values())


def test_both_languages_of_the_table_tell_the_same():
    """Keys, sentences and sections of the specification stand alike; words are each language's own."""
    english, chinese = (path.read_text(encoding="utf-8") for path in TABLES)
    for pattern in (r"`[\w-]+/[\w-]+`", r"^\| \d+ \|", r"^## "):
        found = [re.findall(pattern, text, re.MULTILINE) for text in (english, chinese)]
        assert found[0] == found[1], pattern


def test_every_scenario_assumption_and_null_model_changes_something(shipped, great_stone):
    trial = trial_of(shipped, great_stone, draws=2)
    trial.check(trial.experiment())


def test_every_scenario_runs(shipped, great_stone):
    """Two draws of the prior each, alone and upon a null model; no verdict is looked at."""
    trial = trial_of(shipped, great_stone, draws=2)
    experiment = trial.experiment()
    claims = shipped.claims
    changes = [*claims.scenarios.values(), *(world for world in claims.worlds.values())]
    changes.append(upon(claims.worlds["framework-idle"], claims.scenarios["mishandled"]))
    assert [key for key, scenario in claims.scenarios.items() if is_empty(scenario)] == [AS_IT_IS]
    experiment.extend(changes)
    for change in changes:
        measured = experiment.measured(change)
        assert np.isfinite(measured.values).all()
        assert (measured.outcome >= 0).all()


def test_what_is_said_to_matter_matters_for_a_decision(shipped):
    """Whoever calls something a key asks for a tenth of the enterprises or five points of a chance, no less."""
    sizes = shipped.claims.sizes
    assert (sizes["risk"], sizes["key"]) == (0.05, 0.10)
    for claim, part in shipped.claims.of(shipped.claims.claims):
        if claim.kind == "claim" and part.key in claim.headline.parts and part.uses:
            bounds = {str(one.relation[1]).lstrip("-") for one in part.rule.supported.simple()}
            assert bounds & {"key", "risk", "land", "half", "commitment", "operating"}, (claim.id, part.key)
            if claim.id in ("1", "2", "4a", "4b"):
                assert bounds & {"key", "risk", "land"}, (claim.id, part.key)
                assert "operating" not in bounds, (claim.id, part.key)


def test_what_an_edition_says_wrongly_of_accounts_is_corrected_beside_it(shipped, subtests):
    """By the claims that say so, in either language: the edition keeps its bytes."""
    wrong = re.compile("accounts of (one|the company) are published|公布账目")
    said = [claim.id for claim in shipped.claims.claims if wrong.search(f"{claim.limits.en}{claim.limits.zh}")]
    assert said == ["6", "R-rescue"]
    analysis = REGISTRY["claims"]
    run_id = next(key for key, head in listed(SHIPPED, analysis) if head["params"]["case"] == "great-stone")
    found = load(place_of(SHIPPED, analysis, run_id), analysis).result
    for lang, words in (("en", "do publish accounts"), ("zh", "已有园区开发公司公布账目")):
        with subtests.test(lang=lang):
            assert str(found.document(lang)).count(words) == len(said)


def test_a_general_set_that_borrows_what_is_wrong_borrows_the_correction():
    """What is borrowed has the same words, and is corrected by them."""
    borrowed = general_claims(load_case("thilawa"), outcomes=True).claims.claims
    wrong = [claim for claim in borrowed if "are published" in claim.limits.en]
    assert all(any(words in claim.limits.en for words in CORRECTED) for claim in wrong)
    assert [claim.id for claim in wrong] == ["6"]
