"""Tables of cases from anyone's hand: read with every fault at once, and given as columns of numbers.

``reading`` turns a CSV file or a workbook into a :class:`CaseTable`; ``rows`` opens the two kinds of file; ``columns``
says which columns are meant and which numbers a cell may hold; ``options`` parses what a person types beside a table.
"""

from copark.analysis.cross_case.reading import read_case_table
from copark.analysis.cross_case.table import CaseTable, SettingFaults, TableFaults, Warned, table_of

__all__ = ["CaseTable", "SettingFaults", "TableFaults", "Warned", "read_case_table", "table_of"]
