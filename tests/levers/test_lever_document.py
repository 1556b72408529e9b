"""Levers from end to end with few runs: the document in both languages, the command, and what is read again."""

from __future__ import annotations

import dataclasses
import re
from functools import cache, partial

import pytest

from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.inference.levers import Leaning, find
from copark.inference.levers.measures import SIDES, measure_of
from copark.presentation.document import Bullets, Cards, Interval
from copark.simulation.trust import Trust
from tests.asked import table
from tests.levers.conftest import small

LEVERS = REGISTRY["levers"]


@pytest.fixture(scope="module", autouse=True)
def few_times():
    """States are drawn again sixty times, not a thousand: how steady ranks are is tried in test_robust.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("copark.analyses.levers.find", partial(find, times=60))
        yield


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("levers")


@pytest.fixture(scope="module")
def file(place):
    path = place / "small.yaml"
    path.write_text(small(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def ask(place, file):
    """Ask with few runs; the answer and its context."""

    def asked(*, keeps=True, threads=1, announcing=None, **changes):
        given = {
            "case": "great-stone",
            "draws": 12,
            "futures": 2,
            "file": file,
            "parameters": "prior",
            "since": "start",
        } | changes
        context = Context(place, keeps=keeps, threads=threads, announcing=announcing)
        return answer(LEVERS, LEVERS.params(**given | changes), context), context

    return asked


@pytest.fixture(scope="module")
def first(ask):
    return ask()


@pytest.fixture(scope="module")
def shown(first):
    return cache(first[0].document)


def test_runs_are_made_once_and_read_again(first, ask):
    found, context = first
    again, _ = ask(keeps=False, threads=2)
    assert repr(again.document("en").sections) == repr(found.document("en").sections)
    assert ask(levers=("tax",), keeps=False)[0].result.run_id != found.result.run_id
    (context.place / "result.json").unlink()
    assert repr(ask(announcing=pytest.fail)[0].result.gains) == repr(found.result.gains), "measures are read again"


def test_the_answer_has_a_row_for_each_setting_with_its_interval_and_its_sides(shown, first):
    found = first[0].result
    answers = table(shown("en"), "answer")
    assert [row[0] for row in answers.rows] == ["5 M USD for good", "20 %"]
    assert answers.groups == (("Entry threshold — host side", 1), ("Tax — both governments", 1))
    gain = found.gain("tax-20", "self_standing")
    assert answers.rows[1][1] == Interval(gain.low, gain.high, gain.mean)
    assert answers.rows[1][2 + SIDES.index("enterprises")] in ("−", "−−"), "tax takes from enterprises"
    cards = next(block for block in shown("en").blocks() if isinstance(block, Cards))
    assert gain.before not in {card.value for card in cards.cards}, "outcome shares of a park that is not calibrated"
    worst = min(one.mean for one in found.gains if one.measure.name == "self_standing")
    assert [card.value for card in cards.cards if card.title.startswith("Largest loss")] == [worst]
    assert not [card for card in cards.cards if card.title.startswith("Largest gain")], "both lower it"


def test_words_say_who_gains_and_what_it_leans_on(shown, first):
    found = first[0].result
    words = next(section for section in shown("en").sections if section.key == "words").blocks[0]
    assert words.items[0].startswith("Entry threshold: 5 M USD for good.")
    assert all(re.search(r"Gain|Lose|Either|Unchanged", line) for line in words.items)
    strong = Leaning("tax-20", measure_of("operating"), "network_strength", -0.8, "unmoved")
    leant = (strong, dataclasses.replace(strong, setting="five", correlation=0.9))
    (line,) = bullets(dataclasses.replace(found, leanings=leant), "rests")
    assert "not informed by the data" in line
    assert line.endswith("Entry threshold: 5 M USD for good (+0.90); Tax: 20 % (−0.80).")
    (line,) = bullets(dataclasses.replace(found, leanings=(dataclasses.replace(strong, verdict="moved"),)), "rests")
    assert line.startswith("No gain")


def bullets(found, key):
    section = next(one for one in found.document("en").sections if one.key == key)
    return next(block for block in section.blocks if isinstance(block, Bullets)).items


def test_levels_of_outcome_shares_are_told_of_a_calibrated_park_alone(first):
    found = first[0].result
    assert not found.trust.shows_outcomes
    calibrated = dataclasses.replace(found, trust=Trust("calibrated", "own", "x", "2020Q4", 5))
    for one, told in ((found, False), (calibrated, True)):
        columns = {column.key for column in table(one.document("en"), "self-standing").columns}
        assert "difference" in columns
        assert ({"before", "after"} <= columns) is told
