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
    r"<!-- sheet: (?P<table>\S+) -->\n\n(?P<rows>(?:\|[^\n]*\n)+)|"
    r"<!-- cell: (?P<sheet>\S+)!(?P<cell>[A-Z]+\d+) = (?P<value>.+?) -->|^```(?P<kind>\w*)\n(?P<lines>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def tutorial(lang):
    return (ROOT / f"docs/tutorials/own-park.{lang}.md").read_text(encoding="utf-8")


def steps(words):
    """Commands, what is typed into a cell, and what a command says, in their order."""
    for step in STEP.finditer(words):
        if step["table"]:
            yield "table", (step["table"], [split_row(row) for row in step["rows"].splitlines() if "---" not in row])
        elif step["cell"]:
            yield "cell", (step["sheet"], step["cell"], step["value"])
        elif step["kind"] == "text":
            yield "said", step["lines"]
        else:
            yield from (("command", line) for line in step["lines"].splitlines())


def split_row(row):
    """Cells of a row of a table in Markdown, numbers as numbers."""
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    return [float(cell) if re.fullmatch(r"[\d.]+", cell) else cell for cell in cells]


def enter(sheet, table):
    """Enter rows below the headings of a sheet."""
    head, *rows = table
    columns = {cell.value: cell.column for cell in sheet[1]}
    for at, row in enumerate(rows, start=3):
        for name, value in zip(head, row, strict=True):
            year_or_value = int(value) if isinstance(value, float) and value.is_integer() else value
            sheet.cell(at, columns[name]).value = year_or_value


def without_numbers(words):
    """Words in one line, each number as a sign: numbers are of the model's version."""
    return re.sub(r"\s+", "", re.sub(r"[−–\d][\d.,–]*", "#", words))


def walk(lang, folder, commands, capsys):
    """Do what a reader does, as far as the commands named; how each ended."""
    ended, printed = [], ""
    for kind, step in steps(tutorial(lang)):
        if kind == "table":
            name, table = step
            book = load_workbook(folder / "blue-harbour.xlsx")
            enter(book[name], table)
            book.save(folder / "blue-harbour.xlsx")
        elif kind == "cell":
            sheet, cell, value = step
            book = load_workbook(folder / "blue-harbour.xlsx")
            book[sheet][cell] = int(value) if value.isdigit() else value
            book.save(folder / "blue-harbour.xlsx")
        elif kind == "said" and "!" in step:
            assert step.strip() in printed
        elif kind == "said" and "accounts" in commands and "serve" not in step:
            assert without_numbers(step) in without_numbers(printed)
        elif kind == "command" and step.split()[1] in commands:
            with pytest.raises(SystemExit) as left:
                main(step.split()[1:])
            printed = "".join(capsys.readouterr())
            ended.append(left.value.code or 0)
    return ended


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_workbook_of_the_tutorial_is_made_spoilt_and_mended(lang, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert walk(lang, tmp_path, {"new", "accounts"}, capsys) == [0, 1, 0, 0, 0]
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
    commands = {"new", "accounts", "calibrate", "forecast", "levers", "run"}
    assert walk("zh", tmp_path, commands, capsys) == [0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert list(tmp_path.glob("out/reports/*/report-*.html"))
