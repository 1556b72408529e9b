"""The rules as they were committed, and what a broken file of rules is answered."""

import pytest

from copark.inference.claims.reading import ClaimsFaults
from copark.inference.cross_park.schema import RULES, load_rules
from copark.texts import has_text

COMMITTED = "3ecc1c982ba545a59c4f6f82044451061d5dad253cebb18ae37418aec7be19bd"
WRITTEN = RULES.read_text(encoding="utf-8")
FAULTS = {
    ("types: [intergovernmental, enterprise-led]", "types: [intergovernmental]"): "across.types",
    ("test: core\n          set: GOV", "test: core\n          set: GOV*EQUITY"): "across.one_condition",
    ("qca: {silent: no_score}", "qca: {}"): "across.word",
    ("headline: {all: [core]}", "headline: {all: [cores]}"): "across.unknown_part",
    ("test: guarantee", "test: needed"): "across.method",
    ("{output: operating, at: 2015Q4, least: 50}", "{output: operating, least: 50}"): "across.seen",
    ("{output: operating, at: 2015Q4, least: 50}", "{output: operation, at: 2015Q4, least: 50}"): "across.output",
    ("{output: operating, at: 2015Q4, least: 50}", "{output: operating, at: 2015-12, least: 50}"): "across.quarter",
    ("    case: kaesong\n", "    case: kaesong\n    folder: kaesong\n"): "across.case",
    ("on: home-withdraws", "on: home-withdrew"): "across.arm",
    ("  risk:\n    value: 0.05", "  risks:\n    value: 0.05"): "across.margin",
    ("{set: GOV, kind: sufficient}", "{set: LUCK, kind: sufficient}"): "across.condition",
    ('- id: "2"', '- id: "1"'): "claims.repeated",
    ("format: 1", "format: 2"): "cases.not_allowed",
}  # fmt: skip


def test_the_rules_are_those_committed_before_they_were_used(file):
    assert file.sha256 == COMMITTED


def test_every_claim_of_the_model_has_a_word_or_a_reason_for_none(file, model):
    assert [one.id for one in file.rules.claims] == [one.id for one in model.file.claims.claims]
    for one in file.rules.claims:
        for word in (one.qca, one.nca):
            assert word.silent is None or has_text(f"across.silence.{word.silent}")
    assert [one.id for one in file.rules.claims if not one.compares] == ["7"]


def test_broken_rules_are_told_in_both_languages(tmp_path, subtests):
    for (old, new), code in FAULTS.items():
        with subtests.test(old=old, new=new):
            assert old in WRITTEN
            path = tmp_path / "rules.yaml"
            path.write_text(WRITTEN.replace(old, new, 1), encoding="utf-8")
            with pytest.raises(ClaimsFaults) as raised:
                load_rules(path)
            codes = [one.code for one in raised.value.faults]
            assert code in codes
            for one in raised.value.faults:
                for ending in ("cause", "repair"):
                    assert has_text(f"{one.code}.{ending}")
