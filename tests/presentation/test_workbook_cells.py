"""Cells of a workbook hold what a person reads, without marks of other formats."""

from openpyxl import load_workbook

from copark.presentation.xlsx_sheets import Sheet, Styled, write_sheets


def test_a_command_in_a_sentence_has_no_marks_in_a_cell(tmp_path):
    words = "校准本园区：`copark calibrate lekki`。"
    path = write_sheets([Sheet("A", [(Styled(words, wrap=True),), ("plain `text`",)], 2)], tmp_path / "a.xlsx")
    cells = [row[0].value for row in load_workbook(path).active.iter_rows()]
    assert cells == ["校准本园区：copark calibrate lekki。", "plain `text`"]
