"""The recipe of CONTRIBUTING for a lever, followed on a copy of the general set to the last place that shows it."""

import json
from functools import partial

import pytest

from copark.analyses import REGISTRY
from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.analyses.levers.choice import choose
from copark.browser.packed_park import ParkPacker
from copark.cases import load_case
from copark.cases.horizon import present_quarter, seen_from
from copark.decisions import lever_file
from copark.errors import StudyFaults
from copark.presentation.rendered_document import to_json
from copark.simulation.study import baseline
from copark.texts import LANGUAGES
from copark.web.content.lever_options import decision_of

PARK = "suzhou"
ENTRY = """\
  - key: management
    title: {en: "Park management", zh: "园区管理"}
    controlled_by: developer
    rests_on: [tax_pull]
    reason: {en: "Who runs the park, and how well.", zh: "由谁运营，水平如何。"}
    start:
      - {key: well-run, title: {en: "Well run", zh: "管理良好"}, edits: {capability: 0.95}, reason: {en: "A round value.", zh: "取整数。"}}
    now:
      - {key: badly-run-now, title: {en: "Badly run from now on", zh: "即日起管理不善"}, edits: {capability: [{value: 0.05, from: NOW}]}, reason: {en: "A round value.", zh: "取整数。"}}
"""  # noqa: E501 - as the file writes it


@pytest.fixture
def general(tmp_path, monkeypatch):
    """The general set with an invented lever, as step 2 of the recipe puts it there; nothing else is touched."""
    file = tmp_path / "general.yaml"
    file.write_text(f"{lever_file.FILE.read_text(encoding='utf-8').rstrip()}\n\n{ENTRY}", encoding="utf-8")
    monkeypatch.setattr(lever_file, "FILE", file)
    monkeypatch.setattr(lever_file, "_SOUND", {})
    monkeypatch.setattr("copark.analyses.levers.choose", partial(choose, times=20))
    return file


@pytest.mark.parametrize(("since", "option"), [("start", "well-run"), ("now", "badly-run-now")])
def test_a_new_lever_is_in_answer_document_and_page(general, tmp_path, since, option):
    levers = REGISTRY["levers"]
    given = {"case": PARK, "levers": ("management",), "since": since, "draws": 8, "parameters": "prior"}
    answered = answer(levers, levers.params(**given), Context(tmp_path, threads=1))
    found = answered.result
    assert [tried.key for tried in found.options] == [option]
    assert found.effect(option, "operating").pairs > 0
    for lang, title in zip(LANGUAGES, ("Park management", "园区管理"), strict=True):
        assert title in json.dumps(to_json(answered.document(lang)), ensure_ascii=False)
    (shown,) = decision_of(found).options
    assert (shown.key, shown.lever) == (option, "management")


def test_a_new_lever_is_among_the_choices_of_a_live_brief(general):
    case = load_case(PARK)
    file = lever_file.load_levers(case)
    packer = ParkPacker(baseline(PARK), seen_from(case, file.now), file, None)
    assert {"start/management/well-run", "now/management/badly-run-now"} <= {choice.key for choice in packer.choices}


def test_what_the_recipe_asks_of_an_entry_is_told_by_line_where_it_is_missing(general, subtests):
    """Each key of the entry, left out: a fault of the file, with its line, cause and repair in both languages."""
    whole = general.read_text(encoding="utf-8")
    left_out = {
        '    title: {en: "Park management", zh: "园区管理"}\n': "title",
        "    controlled_by: developer\n": "controlled_by",
        '    reason: {en: "Who runs the park, and how well.", zh: "由谁运营，水平如何。"}\n': "reason",
        ", edits: {capability: 0.95}": "key",
        'title: {en: "Well run", zh: "管理良好"}, ': "title",
    }
    for words, key in left_out.items():
        with subtests.test(words=words):
            assert words in ENTRY
            general.write_text(whole.replace(ENTRY, ENTRY.replace(words, "")), encoding="utf-8")
            with pytest.raises(StudyFaults) as refused:
                lever_file.general_levers(load_case(PARK), present_quarter())
            (fault,) = refused.value.faults
            assert fault.key.endswith(key)
            assert fault.line > whole[: whole.index("- key: management")].count("\n")
            assert all(fault.cause(lang) and fault.repair(lang) for lang in LANGUAGES)
