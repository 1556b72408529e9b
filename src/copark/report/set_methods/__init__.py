"""Pages and exports of set methods: QCA, coupling coordination degree.

Each ``write_*`` makes a folder with one HTML page in a language, its figures as files, its tables as CSV and as a
workbook, the record as JSON and, where it applies, the set data in a form that R reads.
"""

from copark.report.set_methods.qca_page import write_qca

__all__ = ["write_qca"]
