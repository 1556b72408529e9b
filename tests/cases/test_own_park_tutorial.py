"""The tutorial of one's own park, from its first line to its last."""

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from tests.calibration.conftest import TINY

from copark.calibration import calibrations
from copark.cli import main
from copark.texts import LANGUAGES

ROOT = Path(__file__).parents[2]
STEP = re.compile(
    r"<!-- cell: (?P<sheet>\S+)!(?P<cell>[A-Z]+\d+) = (?P<value>.+?) -->|^```(?P<kind>\w*)\n(?P<lines>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def tutorial(lang):
    return (ROOT / f"docs/tutorials/own-park.{lang}.md").read_text(encoding="utf-8")


def steps(words):
    """Commands, what is typed into a cell, and what a command says, in their order."""
    for step in STEP.finditer(words):
        if step["cell"]:
            yield "cell", (step["sheet"], step["cell"], step["value"])
        elif step["kind"] == "text":
            yield "said", step["lines"]
        else:
            yield from (("command", line) for line in step["lines"].splitlines())


def walk(lang, folder, commands, capsys):
    """Do what a reader does, as far as the commands named; how each ended."""
    ended, printed = [], ""
    for kind, step in steps(tutorial(lang)):
        if kind == "cell":
            sheet, cell, value = step
            book = load_workbook(folder / "blue-harbour.xlsx")
            book[sheet][cell] = int(value) if value.isdigit() else value
            book.save(folder / "blue-harbour.xlsx")
        elif kind == "said" and "!" in step:
            assert step.strip() in printed
        elif kind == "command" and step.split()[1] in commands:
            with pytest.raises(SystemExit) as left:
                main(step.split()[1:])
            printed = "".join(capsys.readouterr())
            ended.append(left.value.code or 0)
    return ended


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_workbook_of_the_tutorial_is_made_spoilt_and_mended(lang, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert walk(lang, tmp_path, {"new"}, capsys) == [0, 1, 0, 0]
    assert (tmp_path / "blue-harbour/case.yaml").is_file()
    assert (tmp_path / "changed.xlsx").is_file()


def test_both_languages_go_the_same_way():
    commands = [[step for kind, step in steps(tutorial(lang)) if kind == "command"] for lang in LANGUAGES]
    english, chinese = ([line.replace(" --lang zh", "") for line in lines] for lines in commands)
    assert english == chinese


@pytest.mark.long
def test_the_whole_tutorial(tmp_path, capsys, monkeypatch):
    """With a calibration of few runs: what is tried is that each step leads to the next."""
    monkeypatch.setattr(calibrations, "settings_of", lambda *_, **__: TINY)
    monkeypatch.chdir(tmp_path)
    commands = {"new", "calibrate", "forecast", "levers", "run"}
    assert walk("zh", tmp_path, commands, capsys) == [0, 1, 0, 0, 0, 0, 0, 0]
    assert list(tmp_path.glob("out/reports/*/report-*.html"))
