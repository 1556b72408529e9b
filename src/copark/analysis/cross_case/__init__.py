"""Tables of cases from anyone's hand: read with every fault at once, and given as columns of numbers.

``reading`` turns a CSV file or a workbook into a :class:`~copark.setmethods.table.CaseTable`; ``options`` parses what a
person types beside a table.
"""

from copark.analysis.cross_case.reading import read_case_table

__all__ = ["read_case_table"]
