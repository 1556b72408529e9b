"""Outcomes are named in one catalogue; the recipe of CONTRIBUTING for a new one is followed to its last file."""

import ast
import json
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import copark
from copark.browser import readings
from copark.model.outcomes import ENDED, FILE, GOOD, OUTCOMES, read_outcomes
from copark.presentation import style
from copark.simulation.accounts import Standing
from copark.texts import LANGUAGES, entries

ROOT = Path(__file__).parents[2]
PACKAGE = Path(copark.__file__).parent
RECIPE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("### An outcome\n")[2].partition("\n### ")[0]
SHEETS = (
    "frontend/src/styles/page.css",
    "frontend/src/live/live.css",
    "src/copark/presentation/templates/site.css",
)
"""Style sheets that have the colours of outcomes."""
NAMED_ELSEWHERE = {
    "analyses/structures/__init__.py": "fields of stored answers",
    "analyses/structures/figures.py": "fields of stored answers",
    "decisions/recommendation_rule.py": "a field of the rule's file, which is fixed",
    "analyses/claims/claims_file.py": "a parameter of version 1 that is called so",
    "setmethods/nca.py": "a warning that is called so",
}
"""Files beside the catalogue in which the code of an outcome stands, and why."""
ENTRY = """\
in_debt:
  title: {en: "In debt", zh: "负债"}
  lacks: pays_back
  told: 3
  narrow: true
  colour: green
  left: repays
  reached: owes

"""
WORDS = {
    "analysis": {
        "outcome.in_debt.meaning": (
            "The park survives, but taxes have not repaid the publics.",
            "税收尚未覆盖公共投入。",
        ),
        "outcome_in.in_debt": ("is in debt to the publics in {share}", "在{share}中对公共部门负债"),
        "outcome_last.in_debt": (" and is in debt to the publics in {share}", "，在{share}中对公共部门负债"),
    },
    "sure": {"most.in_debt": (" and, most often ({share}), in debt", "，最常见的是负债（{share}）")},
    "compare": {
        "moves.repays": ("taxes repay the publics", "税收覆盖公共投入"),
        "moves.owes": ("taxes no longer repay the publics", "税收不再覆盖公共投入"),
        "moves.until_repays": ("By then, on average: {main}", "至期末平均为：{main}"),
        "moves.until_owes": ("By then, on average: {main}", "至期末平均为：{main}"),
    },
}
"""What the recipe adds for an invented outcome, between *dependent* and *fragile*."""


def with_invented(path):
    """Write the catalogue with the invented outcome, as step 1 of the recipe does."""
    content = FILE.read_text(encoding="utf-8").replace("told: 4\n", "told: 5\n").replace("told: 3\n", "told: 4\n")
    path.write_text(content.replace("\nfragile:\n", f"\n{ENTRY}fragile:\n"), encoding="utf-8")
    return path


def steps_missing(outcomes):
    """What the recipe asks for and some outcome lacks: a text by its full key, a colour by its file, a test."""
    causes = {cause for outcome in outcomes[:-1] for cause in (outcome.left, outcome.reached)}
    wanted = {("sure", f"most.{outcome.key}") for outcome in outcomes}
    wanted |= {("analysis", f"outcome.{outcome.key}.meaning") for outcome in outcomes}
    wanted |= {("analysis", f"outcome_in.{outcome.key}") for outcome in outcomes}
    wanted |= {("analysis", f"outcome_last.{outcome.key}") for outcome in outcomes if outcome.told > 1}
    wanted |= {("compare", f"moves.{start}{cause}") for cause in causes for start in ("", "until_")}
    missing = {f"{area}.{key}" for area, key in wanted if key not in entries(area)}
    sheets = {sheet: (ROOT / sheet).read_text(encoding="utf-8") for sheet in SHEETS}
    tests = {field.name for field in fields(Standing)} | {"stands"}
    for outcome in outcomes:
        missing |= {
            f"{sheet}: {outcome.colour}" for sheet, css in sheets.items() if f".tone-{outcome.colour} {{" not in css
        }
        if outcome.colour not in style.OUTCOME_COLOURS:
            missing.add(f"style: {outcome.colour}")
        if outcome.lacks and (outcome.lacks not in tests or outcome.lacks not in readings.TESTS):
            missing.add(f"test: {outcome.lacks}")
    model = (ROOT / "docs/model/MODEL.md").read_text(encoding="utf-8")
    return missing | {f"MODEL: {outcome.key}" for outcome in outcomes if f"**{outcome.word()}**" not in model}


def test_every_outcome_has_all_that_the_recipe_asks_for():
    assert not steps_missing(OUTCOMES)
    assert (OUTCOMES[-1], OUTCOMES[0]) == (GOOD, ENDED)


def test_each_step_that_is_left_out_is_named(tmp_path):
    """The same test fails on whoever adds an outcome and stops after the catalogue."""
    missing = steps_missing(read_outcomes(with_invented(tmp_path / "outcomes.yaml")))
    assert missing == {f"{area}.{key}" for area, words in WORDS.items() for key in words} | {"MODEL: in_debt"}
    for area, words in WORDS.items():
        for key in words:
            pattern = re.sub(r"(?<=[._])(in_debt|repays|owes)", "<name>", key)
            assert f"`{pattern}`" in RECIPE, (area, pattern)


@pytest.mark.long
def test_a_new_outcome_is_taken_by_run_report_figure_browser_and_page(tmp_path):
    """The recipe followed on a copy: the catalogue, and the texts; nothing else is touched."""
    with_invented(tmp_path / "outcomes.yaml")
    (tmp_path / "texts").mkdir()
    for area, words in WORDS.items():
        own = PACKAGE / "analyses" / area / "texts.yaml"
        content = (own if own.is_file() else PACKAGE / f"texts/{area}.yaml").read_text(encoding="utf-8")
        added = "".join(f"{key}: {{en: {json.dumps(en)}, zh: {json.dumps(zh)}}}\n" for key, (en, zh) in words.items())
        (tmp_path / f"texts/{area}.yaml").write_text(f"{content.rstrip()}\n{added}", encoding="utf-8")
    program = [sys.executable, str(Path(__file__).with_name("with_new_outcome.py")), str(tmp_path)]
    told = json.loads(subprocess.run(program, capture_output=True, text=True, check=True).stdout)
    assert told["meanings"].split() == ["not_finished", "failed", "dependent", "in-debt", "fragile", "self-standing"]
    assert 2 in told["codes"]
    assert told["browser"] == told["codes"]
    assert all(not repaid for code, repaid in zip(told["codes"], told["repaid"], strict=True) if code == 2)
    assert all(repaid for code, repaid in zip(told["codes"], told["repaid"], strict=True) if code > 2)
    for lang, title in zip(LANGUAGES, ("In debt", "负债"), strict=True):
        meaning = WORDS["analysis"]["outcome.in_debt.meaning"][LANGUAGES.index(lang)]
        assert f'"{title}"' in told["documents"][lang]
        assert meaning in told["documents"][lang]
    assert told["figure"]["In debt"] == style.OUTCOME_COLOURS["green"][0]
    page = told["page"]
    assert "in_debt" in {share["name"] for share in page["scenarios"][0]["outcomes"]}
    outcome = page["outcomes"][2]
    assert (outcome["name"], outcome["colour"], outcome["good"]) == ("in_debt", "green", False)
    assert outcome["title"] == {"en": "In debt", "zh": "负债"}
    (table,) = (block for block in page["changes"][0]["moves"]["en"] if block["type"] == "table")
    moves = [cell["text"] for row in table["rows"] for cell in row]
    assert any("In debt" in words for words in moves)


@pytest.mark.parametrize(
    ("sound", "spoilt", "word"),
    [
        ("  good: true\n", "", "good"),
        ("  told: 1\n", "  told: 1\n  ended: true\n", "ended"),
        ("  lacks: alive\n", "", "failed"),
        ("  ended: true\n  told: 4\n", "  told: 4\n", "ended"),
        ("  lacks: unaided\n", "  lacks: unaided\n  ended: true\n", "ended"),
        ("  colour: amber\n", "  colour: pale\n", "colour"),
        ("  told: 2\n", "  told: 1\n", "told"),
    ],
)
def test_a_catalogue_that_is_not_whole_is_refused(tmp_path, sound, spoilt, word):
    content = FILE.read_text(encoding="utf-8")
    assert sound in content
    path = tmp_path / "outcomes.yaml"
    path.write_text(content.replace(sound, spoilt, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=word):
        read_outcomes(path)


def codes_named(path):
    """Codes of outcomes in a file: constants, fields, attributes. `failed` is left out: an output has that name."""
    codes = {name for outcome in OUTCOMES if outcome is not ENDED for name in (outcome.key, outcome.spelled)}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = (getattr(node, "value", None), getattr(node, "attr", None), getattr(node, "id", None))
        yield from (name for name in names if isinstance(name, str) and name in codes)


def test_codes_of_outcomes_stand_in_the_catalogue_alone():
    naming = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if any(codes_named(path))}
    assert naming == set(NAMED_ELSEWHERE)
    words = re.compile("|".join(rf"\b{outcome.key}\b" for outcome in OUTCOMES if outcome is not ENDED))
    sources = [path for end in ("ts", "svelte", "css") for path in (ROOT / "frontend/src").rglob(f"*.{end}")]
    sheets = [*sources, *(PACKAGE / "presentation/templates").iterdir()]
    assert len(sheets) > 50
    assert not [path for path in sheets if "texts" not in path.parts and words.search(path.read_text(encoding="utf-8"))]
