"""The page of levers: what each setting changes, for whom, which is robust, and what all this rests on."""

from copark.report.levers.exports import write_tables
from copark.report.levers.page import write_levers

__all__ = ["write_levers", "write_tables"]
