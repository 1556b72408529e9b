"""How do we show it? Figures, tables, and the report page.

:func:`write_report` writes the page; :mod:`copark.report.figures` has every figure by itself;
:func:`copark.report.tables.observed_table` gives what was observed beside the model as plain rows.
"""

from copark.report.write import write_report

__all__ = ["write_report"]
