"""The answer on parks by their accounts says how many stand, what each lacks, and where the record says otherwise."""

from dataclasses import replace

import pytest

from copark.analyses.registry import REGISTRY
from copark.analyses.standing import Answer, Judged, ParkStanding
from copark.texts.localized import LocalizedText

PASSES = {"earns": 1.0, "unaided": 1.0, "pays_back": 1.0, "holds": 1.0}
SIZES = {"operating": (10.0, 20.0, 30.0), "jobs": (1000.0, 2000.0, 3000.0)}


def judged(quarter, stands, **tests):
    outcomes = {"failed": 0.0, "dependent": 0.0, "fragile": 1.0 - stands, "self_standing": stands}
    return Judged(quarter, {**PASSES, **tests}, outcomes, SIZES, 0.5)


def park(name, recorded, then, ahead):
    return ParkStanding(name, LocalizedText(en=name.title(), zh=name.title()), recorded, then, ahead)


@pytest.fixture
def answer():
    steel = park("steel", "thriving", judged("2024Q4", 0.8), judged("2036Q4", 0.9))
    land = park("land", "thriving", judged("2024Q4", 0.1, holds=0.1), judged("2036Q4", 0.2, holds=0.2))
    ruin = park("ruin", "failed", judged("2024Q4", 0.0, earns=0.0), judged("2036Q4", 0.0, earns=0.0))
    return Answer(parks=(ruin, land, steel), runs=100, run_id="0" * 16, provenance={})


def words_of(answer, lang="en"):
    document = REGISTRY["standing"].document(answer, lang)
    record = next(section for section in document.sections if section.key == "record")
    return document.headline, " ".join(str(block) for block in record.blocks)


def test_the_headline_counts_parks_ahead_and_where_data_end(answer):
    headline, _ = words_of(answer)
    assert "1 of 3 parks are self-standing in most runs in 2036Q4, and 1 at the end of their data" in headline
    assert "在多数模拟中自立的有1个" in words_of(answer, "zh")[0]


def test_who_is_at_fault_is_said_where_record_and_model_disagree(answer):
    """A steel town and a ruin are judged as the coder did; what lives on the land it sells is not."""
    _, record = words_of(answer)
    assert "1 are judged by most runs otherwise" in record
    assert "Land: observed to be thriving, but it would hold against a shock in 10% of runs" in record
    assert "Steel:" not in record


def test_one_park_alone_is_told_in_shares(answer):
    alone = replace(answer, parks=(answer.parks[2],))
    headline, _ = words_of(alone)
    assert headline.startswith("In 2036Q4 Steel is self-standing in 90% of simulated runs")
