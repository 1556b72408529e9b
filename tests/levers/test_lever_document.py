"""Levers from end to end with few runs: the document in both languages, the command, and what is read again."""

from __future__ import annotations

import dataclasses
import re
from functools import cache, partial

import pytest

from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.inference.levers.findings import Leaning, find
from copark.inference.levers.measures import SIDES, measure_of
from copark.presentation.document import Bullets, Cards, Caveat, Interval
from copark.simulation.trust import Trust
from tests.asked import call, table
from tests.levers.conftest import small

LEVERS = REGISTRY["levers"]
SECTIONS = [
    "summary", "levers", "changes", "sides", "words", "robust", "rests", "widths", "pareto", "structures", "limits",
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def few_times():
    """States are drawn again sixty times, not a thousand: how steady ranks are is tried in test_robust.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("copark.analyses.levers.ask.find", partial(find, times=60))
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
    read, _ = ask()
    assert (found.reused, read.reused) == (False, True)
    assert repr(read.result.document("zh")) == repr(found.result.document("zh"))
    again, _ = ask(keeps=False, threads=2)
    assert not again.reused
    assert repr(again.document("en").sections) == repr(found.document("en").sections)
    assert ask(seed=2, keeps=False)[0].result.run_id != found.result.run_id
    assert ask(levers=("tax",), keeps=False)[0].result.run_id != found.result.run_id
    (context.place / "result.json").unlink()
    assert repr(ask(announcing=pytest.fail)[0].result.gains) == repr(found.result.gains), "measures are read again"


def test_the_document_says_everything_in_its_language(shown, first, subtests):
    for lang, words in (
        ("en", ("5 M USD for good", "Who may is assumed.", "Lose: ")),
        ("zh", ("始终500万美元", "失：")),
    ):
        with subtests.test(lang=lang):
            document = shown(lang)
            assert [section.key for section in document.sections] == SECTIONS
            said = repr(document)
            assert all(word in said for word in words)
            assert not re.search(r"\{[a-z_]+\}", said)
            assert document.trust_state == "uncalibrated"
            assert first[0].result.run_id in dict(document.provenance).values()
            assert document.sections[0].blocks[-1] == Caveat(document.sections[0].blocks[-1].text)
    english, chinese = (shown(lang) for lang in ("en", "zh"))
    for one, other in zip(english.tables(), chinese.tables(), strict=True):
        numbers = [[cell for cell in row if not isinstance(cell, str)] for row in one.rows]
        assert repr(numbers) == repr([[cell for cell in row if not isinstance(cell, str)] for row in other.rows])


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


def test_a_plan_is_told_before_long_work(place, file, eighty_columns, capsys, monkeypatch):
    monkeypatch.setattr("copark.workflows.cost.WITHOUT_PILOT", 0)
    monkeypatch.setattr("copark.workflows.cost.WORTH_TELLING", 0.0)
    given = ["--draws", "12", "--futures", "2", "--file", str(file), "--parameters", "prior", "--levers", "tax"]
    given += ["--from", "start"]
    code, out, err = call(["levers", "great-stone", *given, "--no-report", "--out", str(place / "none")], capsys)
    assert code == 0
    assert "Scenarios: 6, each of 24 runs" in err
    assert "20 %" in out
    assert not (place / "none").exists()
