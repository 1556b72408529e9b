"""Editions of the claims: none is ever edited, the newest is read, and the abstract has a place for every part."""

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from copark.analyses.claims.schema import AS_IT_IS, is_empty, upon
from copark.analyses.claims.trial import rules_of
from copark.cases.casebook import CLAIMS, CLAIMS_EDITIONS, casebook_path, claims_of
from tests.claims.conftest import trial_of

GREAT_STONE = casebook_path() / "great-stone"
SHA256 = {
    "claims.yaml": "cdc09e623d6ec8f5e6ff18a11dc88343f9ad396684487d94f424d9505c1d423b",
    "claims-2.yaml": "6b8174325458ed5eac41a32980d31e4b0541e4beca61ce188b96444cbb5766c8",
}
"""Of the bytes of each edition, as it was fixed: a change of an edition is another edition."""
TABLES = [Path(__file__).parents[2] / "docs/model" / f"claims-and-source{end}" for end in (".md", ".zh.md")]


def test_no_edition_is_edited():
    assert tuple(SHA256) == CLAIMS_EDITIONS
    for name, expected in SHA256.items():
        assert hashlib.sha256((GREAT_STONE / name).read_bytes()).hexdigest() == expected, name


def test_the_newest_edition_is_read_and_the_answer_says_which(great_stone, shipped):
    assert claims_of(great_stone) == GREAT_STONE / CLAIMS_EDITIONS[-1]
    assert shipped.name == CLAIMS_EDITIONS[-1]
    assert rules_of(shipped, sequential=True)["claims"] == SHA256[shipped.name]
    provenance = trial_of(shipped, great_stone, draws=2).provenance
    assert (provenance["claims_name"], provenance["claims_sha256"]) == (shipped.name, SHA256[shipped.name])


def test_a_folder_that_brings_an_older_edition_has_its_own(great_stone, tmp_path):
    (tmp_path / CLAIMS).write_bytes((GREAT_STONE / CLAIMS).read_bytes())
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
    changes = [*claims.arms.values(), *(world for world in claims.worlds.values())]
    changes.append(upon(claims.worlds["framework-idle"], claims.arms["mishandled"]))
    assert [key for key, arm in claims.arms.items() if is_empty(arm)] == [AS_IT_IS]
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
