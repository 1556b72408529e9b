"""A case as a workbook: what a spreadsheet holds of a park, written, read back, and its faults told by cell."""

from copark.cases.workbook.reading import CaseWorkbook, read_workbook
from copark.cases.workbook.writing import EXAMPLE, case_from_workbook, template_workbook, workbook_of, write_workbook

__all__ = [
    "EXAMPLE",
    "CaseWorkbook",
    "case_from_workbook",
    "read_workbook",
    "template_workbook",
    "workbook_of",
    "write_workbook",
]
